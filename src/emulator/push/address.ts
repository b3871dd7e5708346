import { ApiError, invalid } from '../http/api-error.js';

/** True for addresses of this machine: unlike Google, the emulator pushes to them over plain http. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname.endsWith('.localhost') || /^127(\.\d{1,3}){3}$/.test(hostname) || hostname === '[::1]' || hostname === '::1';

/** Throws 400 for an address that no message may go to: not a URL, or neither https nor on this machine (sheet 4). */
export function checkAddress(address: string): void {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined) throw invalid('Invalid value for: address');
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return;
  throw new ApiError(400, 'push.webhookUrlNotHttps', `WebHook callback must be HTTPS: ${address}`);
}
