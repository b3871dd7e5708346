import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { ANA, aWorld, eventually, refusal, timed } from './world.js';

async function aReceiver(): Promise<{ address: string; got: IncomingHttpHeaders[]; answers: number[] }> {
  const got: IncomingHttpHeaders[] = [], answers: number[] = [];
  const server = createServer((request, response) => { got.push(request.headers); response.writeHead(answers.shift() ?? 200).end(); });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => { server.closeAllConnections(); server.close(); });
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/push`, got, answers };
}

const event = timed('2026-11-30T13:00:00', '2026-11-30T14:00:00');

test('watch answers as recorded; sync comes first, then a message for each change, numbered upwards', async () => {
  const { ana, url } = await aWorld();
  const { address, got } = await aReceiver();
  const { data } = await ana.events.watch({ calendarId: 'primary', requestBody: { id: 'channel-1', type: 'web_hook', address, token: 'secret', params: { ttl: '3600' } } });
  expect(data).toEqual({ kind: 'api#channel', id: 'channel-1', resourceId: expect.stringMatching(/^[\w-]{27}$/), resourceUri: `${url}/calendar/v3/calendars/primary/events?alt=json`, token: 'secret', expiration: expect.stringMatching(/^\d+000$/) });
  await eventually(() => expect(got).toHaveLength(1));
  expect(got[0]).toMatchObject({ 'x-goog-channel-id': 'channel-1', 'x-goog-channel-token': 'secret', 'x-goog-resource-state': 'sync', 'x-goog-message-number': '1', 'x-goog-resource-id': data.resourceId, 'content-length': '0' });
  expect(Date.parse(got[0]?.['x-goog-channel-expiration'] as string)).toBe(Number(data.expiration));
  await ana.events.insert({ calendarId: 'primary', requestBody: event });
  const { data: second } = await ana.events.insert({ calendarId: 'primary', requestBody: event });
  await ana.events.patch({ calendarId: 'primary', eventId: second.id ?? '', requestBody: {} });
  await eventually(() => expect(got).toHaveLength(3));
  const numbers = got.map((each) => Number(each['x-goog-message-number'])).sort((a, b) => a - b);
  expect(new Set(numbers).size).toBe(3);
  expect(got.slice(1).map((each) => each['x-goog-resource-state'])).toEqual(['exists', 'exists']);
});

test('a 5xx is tried again, anything else is lost; off means off; stop and expiry end it', async () => {
  const { ana, dana, control } = await aWorld();
  const { address, got, answers } = await aReceiver();
  const { data } = await ana.events.watch({ calendarId: ANA, requestBody: { id: 'channel-2', type: 'web_hook', address } });
  await eventually(() => expect(got).toHaveLength(1));
  const change = () => ana.events.insert({ calendarId: 'primary', requestBody: event });
  answers.push(503, 404);
  await change();
  await eventually(() => expect(got).toHaveLength(3));
  expect(got[1]?.['x-goog-message-number']).toBe(got[2]?.['x-goog-message-number']);
  await control('POST', '/pushes', { mode: 'off' });
  await change();
  await control('POST', '/pushes', { mode: 'on' });
  await change();
  await eventually(() => expect(got).toHaveLength(4));
  const stop = { requestBody: { id: 'channel-2', resourceId: data.resourceId ?? '' } };
  expect(await refusal(dana.channels.stop(stop))).toEqual({ status: 404, reason: 'notFound' });
  expect((await ana.channels.stop(stop)).status).toBe(204);
  await change();
  expect(await refusal(ana.channels.stop(stop))).toEqual({ status: 404, reason: 'notFound' });
  expect(await refusal(ana.events.watch({ calendarId: ANA, requestBody: { id: 'channel-2', type: 'web_hook', address } }))).toEqual({ status: 400, reason: 'channelIdNotUnique' });
  await ana.events.watch({ calendarId: ANA, requestBody: { id: 'channel-3', type: 'web_hook', address } });
  await eventually(() => expect(got).toHaveLength(5));
  await control('POST', '/clock', { offsetMs: 8 * 86_400_000 });
  await change();
  await ana.events.watch({ calendarId: ANA, requestBody: { id: 'channel-4', type: 'web_hook', address } });
  // The new channel's greeting comes after anything that the ended ones would have sent.
  await eventually(() => expect(got.at(-1)?.['x-goog-channel-id']).toBe('channel-4'));
  expect(got).toHaveLength(6);
});

test('an address that is neither https nor on this machine is refused', async () => {
  const { ana } = await aWorld();
  const watch = (body: object) => refusal(ana.events.watch({ calendarId: ANA, requestBody: { id: 'x', type: 'web_hook', ...body } }));
  expect(await watch({ address: 'http://app.example/hook' })).toEqual({ status: 400, reason: 'push.webhookUrlNotHttps' });
  expect((await watch({})).status).toBe(400);
  expect((await watch({ address: 'http://127.0.0.1:9/', expiration: '1000' })).status).toBe(400);
});
