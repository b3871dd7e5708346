/**
 * Browser script, first part: the coach's week, drawn from the calendar API and written back through it.
 * It talks to the emulator just as any other client of Google's API would: events.list, patch and delete under If-Match.
 */
export const WEEK_SCRIPT = String.raw`
const $ = (id) => document.getElementById(id);
const el = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};
let toastTimer = 0;
const toast = (text) => {
  $('toast').textContent = text;
  $('toast').hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { $('toast').hidden = true; }, 6000);
};

const FIRST_HOUR = 7, LAST_HOUR = 20, SNAP = 30, DAY_MS = 86400000;
const week = { state: null, monday: null, events: [], drawn: '', known: null, fresh: new Map(), drag: null, reading: 0 };

const wallFormats = new Map();
const wall = (ms) => {
  const zone = week.state.coach.timeZone;
  if (!wallFormats.has(zone)) {
    wallFormats.set(zone, new Intl.DateTimeFormat('en-CA', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' }));
  }
  const part = {};
  for (const { type, value } of wallFormats.get(zone).formatToParts(ms)) part[type] = value;
  return { date: part.year + '-' + part.month + '-' + part.day, minutes: Number(part.hour) * 60 + Number(part.minute) };
};
const dayNumber = (date) => Date.parse(date + 'T00:00:00Z') / DAY_MS;
const plusDays = (date, days) => new Date((dayNumber(date) + days) * DAY_MS).toISOString().slice(0, 10);
const mondayOf = (date) => plusDays(date, -((dayNumber(date) + 3) % 7));
/* The moment at which the coach's clocks show that date and minute; twice, because the first guess may lie across a clock change. */
const momentOf = (date, minutes) => {
  const aim = dayNumber(date) * DAY_MS + minutes * 60000;
  let at = aim;
  for (let i = 0; i < 2; i += 1) {
    const seen = wall(at);
    at += aim - (dayNumber(seen.date) * DAY_MS + seen.minutes * 60000);
  }
  return at;
};
const clock = (minutes) => String(Math.floor(minutes / 60)).padStart(2, '0') + ':' + String(minutes % 60).padStart(2, '0');
const dayName = (date, options) => new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...options }).format(dayNumber(date) * DAY_MS);

const eventsUrl = (rest) => week.state.emulatorUrl.replace(/\/$/, '') + '/calendar/v3/calendars/' + encodeURIComponent(week.state.calendarId) + '/events' + rest;
const callGoogle = (rest, options = {}) => fetch(eventsUrl(rest), {
  ...options,
  headers: { Authorization: 'Bearer sandbox:' + week.state.coach.email, ...options.headers },
});

async function readWeek() {
  if (!week.state || week.drag) return;
  const turn = ++week.reading;
  const range = 'singleEvents=true&maxResults=250&timeMin=' + encodeURIComponent(new Date(momentOf(week.monday, 0)).toISOString())
    + '&timeMax=' + encodeURIComponent(new Date(momentOf(plusDays(week.monday, 7), 0)).toISOString());
  const items = [];
  let pageToken = '';
  try {
    do {
      const answer = await callGoogle('?' + range + (pageToken && '&pageToken=' + encodeURIComponent(pageToken)));
      if (!answer.ok) throw new Error('the calendar answered ' + answer.status);
      const page = await answer.json();
      items.push(...(page.items || []));
      pageToken = page.nextPageToken || '';
    } while (pageToken);
    $('week-trouble').hidden = true;
  } catch (error) {
    $('week-trouble').textContent = 'The calendar cannot be read just now (' + error.message + '). Trying again.';
    $('week-trouble').hidden = false;
    return;
  }
  if (turn !== week.reading || week.drag) return;
  week.events = items.filter((event) => event.status !== 'cancelled' && event.start).map(readEvent);
  drawWeek();
}

function readEvent(event) {
  const guests = (event.attendees || []).filter((guest) => !guest.self && !guest.resource && guest.email !== week.state.coach.email);
  const base = { id: event.id, etag: event.etag, title: event.summary || 'Busy', guests: guests.map((guest) => guest.displayName || guest.email), isFree: event.transparency === 'transparent' };
  if (event.start.date) return { ...base, isAllDay: true, kind: 'allday', from: event.start.date, to: event.end.date };
  const start = Date.parse(event.start.dateTime), end = Date.parse(event.end.dateTime);
  return { ...base, isAllDay: false, kind: guests.length === 1 ? 'session' : guests.length > 1 ? 'group' : 'own', start, end, zone: event.start.timeZone || week.state.coach.timeZone };
}

/* What is new or elsewhere since the last look at the same week shines for a while. */
function noteFresh() {
  const places = new Map(week.events.map((event) => [event.id, event.isAllDay ? event.from : String(event.start)]));
  const before = week.known;
  if (before && before.monday === week.monday) {
    for (const [id, place] of places) if (before.places.get(id) !== place) week.fresh.set(id, Date.now() + 8000);
  }
  week.known = { monday: week.monday, places };
  for (const [id, until] of week.fresh) if (until < Date.now()) week.fresh.delete(id);
}

function drawWeek(force) {
  noteFresh();
  const nowWall = wall(Date.parse(week.state.now));
  const isPhone = matchMedia('(max-width: 700px)').matches;
  const picture = JSON.stringify([week.monday, week.events, wantedTime(), nowWall.date, Math.floor(nowWall.minutes / 5), isPhone, [...week.fresh.keys()]]);
  if (!force && picture === week.drawn) return;
  week.drawn = picture;
  const dates = [0, 1, 2, 3, 4, 5, 6].map((i) => plusDays(week.monday, i));
  const touches = (date) => week.events.some((event) => event.isAllDay ? event.from <= date && date < event.to : wall(event.start).date === date);
  const shown = isPhone && !dates.slice(5).some(touches) ? dates.slice(0, 5) : dates;
  $('week-label').textContent = dayName(dates[0], { day: 'numeric', month: 'short' }) + ' – ' + dayName(dates[6], isPhone ? { day: 'numeric', month: 'short' } : { day: 'numeric', month: 'short', year: 'numeric' });
  const grid = $('grid');
  const focused = grid.contains(document.activeElement) ? document.activeElement.dataset.id : null;
  grid.replaceChildren();
  grid.style.setProperty('--days', String(shown.length));
  grid.append(el('div', 'corner'));
  for (const date of shown) {
    const head = el('div', 'day-head' + (date === nowWall.date ? ' today' : ''));
    head.append(el('span', '', dayName(date, { weekday: 'short' })), el('strong', '', dayName(date, { day: 'numeric' })));
    grid.append(head);
  }
  grid.append(el('div', 'hours-head', 'all day'));
  for (const date of shown) {
    const cell = el('div', 'all-day');
    for (const event of week.events.filter((one) => one.isAllDay && one.from <= date && date < one.to)) cell.append(chip(event));
    grid.append(cell);
  }
  const hours = el('div', 'hours');
  for (let hour = FIRST_HOUR; hour < LAST_HOUR; hour += 1) hours.append(el('span', '', clock(hour * 60)));
  grid.append(hours);
  for (const date of shown) {
    const column = el('div', 'day');
    column.dataset.date = date;
    place(column, week.events.filter((event) => !event.isAllDay && wall(event.start).date === date));
    const wanted = wantedTime();
    if (wanted && wanted.date === date) column.append(atMinutes(el('div', 'wanted'), wanted.minutes, wanted.minutes + 60));
    if (nowWall.date === date && nowWall.minutes >= FIRST_HOUR * 60 && nowWall.minutes < LAST_HOUR * 60) column.append(atMinutes(el('div', 'now'), nowWall.minutes, nowWall.minutes));
    grid.append(column);
  }
  if (focused) grid.querySelector('[data-id="' + CSS.escape(focused) + '"]')?.focus();
}

/* What Sam asks for: the open request's time, else what the button would ask for, unless Sam has it already. */
function wantedTime() {
  const { pending, danasTime } = week.state;
  const open = pending.filter((row) => row.state.startsWith('pending')).pop();
  if (open) return wall(Date.parse(open.wanted));
  const isHad = pending.some((row) => row.state.startsWith('book') && Date.parse(row.wanted) === Date.parse(danasTime));
  return isHad ? null : wall(Date.parse(danasTime));
}

const share = (minutes) => (minutes - FIRST_HOUR * 60) / ((LAST_HOUR - FIRST_HOUR) * 60) * 100;
function atMinutes(node, from, to) {
  const top = Math.max(0, share(from)), bottom = Math.min(100, share(to));
  node.style.top = top + '%';
  node.style.height = Math.max(0, bottom - top) + '%';
  return node;
}

/* Events that overlap stand side by side, each in the first lane that is free. */
function place(column, events) {
  const sorted = [...events].sort((a, b) => a.start - b.start || b.end - a.end);
  let cluster = [], clusterEnd = 0;
  const flush = () => {
    const lanes = Math.max(1, ...cluster.map((one) => one.lane + 1));
    for (const { event, lane } of cluster) {
      const from = wall(event.start).minutes;
      const node = atMinutes(chip(event), from, from + (event.end - event.start) / 60000);
      if (event.end - event.start <= 1800000) node.classList.add('short');
      node.style.left = 'calc(' + (lane / lanes * 100) + '% + 2px)';
      node.style.width = 'calc(' + (100 / lanes) + '% - 4px)';
      column.append(node);
    }
    cluster = [];
  };
  for (const event of sorted) {
    if (cluster.length > 0 && event.start >= clusterEnd) flush();
    let lane = 0;
    while (cluster.some((one) => one.lane === lane && one.event.end > event.start)) lane += 1;
    clusterEnd = cluster.length === 0 ? event.end : Math.max(clusterEnd, event.end);
    cluster.push({ event, lane });
  }
  flush();
}

function chip(event) {
  const node = el('button', 'event ' + event.kind + (event.isFree ? ' free' : '') + (week.fresh.has(event.id) ? ' fresh' : ''));
  node.type = 'button';
  node.dataset.id = event.id;
  node.append(el('strong', '', event.title));
  if (!event.isAllDay) {
    node.append(el('span', '', clock(wall(event.start).minutes) + '–' + clock(wall(event.end).minutes)));
    node.addEventListener('pointerdown', (press) => startDrag(press, event, node));
  }
  node.title = event.title + (event.guests.length ? ', with ' + event.guests.join(', ') : '') + '. Double-click to edit' + (event.isAllDay ? '.' : ', drag to move.');
  node.addEventListener('dblclick', () => openEditor(event));
  node.addEventListener('keydown', (key) => { if (key.key === 'Enter') { key.preventDefault(); openEditor(event); } });
  return node;
}

function startDrag(press, event, node) {
  if (press.button !== 0) return;
  const columns = [...document.querySelectorAll('#grid .day')];
  const from = wall(event.start), length = (event.end - event.start) / 60000;
  const box = columns[0].getBoundingClientRect();
  const perMinute = box.height / ((LAST_HOUR - FIRST_HOUR) * 60);
  let target = null;
  const move = (now) => {
    if (!target && Math.hypot(now.clientX - press.clientX, now.clientY - press.clientY) < 5) return;
    if (!target) { week.drag = event.id; node.classList.add('dragged'); }
    const column = columns.find((one) => { const r = one.getBoundingClientRect(); return now.clientX >= r.left && now.clientX < r.right; }) || (target ? target.column : node.parentElement);
    const raw = from.minutes + (now.clientY - press.clientY) / perMinute;
    const minutes = Math.min(Math.max(Math.round(raw / SNAP) * SNAP, FIRST_HOUR * 60), LAST_HOUR * 60 - Math.min(length, SNAP));
    target = { column, minutes };
    if (node.parentElement !== column) column.append(node);
    atMinutes(node, minutes, minutes + length);
    node.style.left = '2px';
    node.style.width = 'calc(100% - 4px)';
    node.lastChild.textContent = clock(minutes) + '–' + clock((minutes + length) % 1440);
  };
  const end = async (release) => {
    document.removeEventListener('pointermove', move);
    document.removeEventListener('pointerup', end);
    document.removeEventListener('pointercancel', end);
    week.drag = null;
    if (!target) return;
    const start = momentOf(target.column.dataset.date, target.minutes);
    if (release.type === 'pointercancel' || start === event.start) { drawWeek(true); return; }
    event.start = start;
    event.end = start + length * 60000;
    drawWeek(true);
    await change(event, 'PATCH', times(event, start, start + length * 60000));
  };
  document.addEventListener('pointermove', move);
  document.addEventListener('pointerup', end);
  document.addEventListener('pointercancel', end);
}

const times = (event, start, end) => ({
  start: { dateTime: new Date(start).toISOString(), timeZone: event.zone },
  end: { dateTime: new Date(end).toISOString(), timeZone: event.zone },
});

async function change(event, method, body) {
  try {
    const answer = await callGoogle('/' + encodeURIComponent(event.id), {
      method,
      headers: { 'If-Match': event.etag, ...(body ? { 'Content-Type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (answer.status === 412) toast('This event was changed by somebody else meanwhile. Here is how it stands now.');
    else if (!answer.ok) toast('The calendar refused this change (' + answer.status + ').');
  } catch (error) {
    toast('The calendar could not be reached (' + error.message + ').');
  }
  week.drawn = '';
  await readWeek();
}

let edited = null;
function openEditor(event) {
  edited = event;
  $('edit-title').value = event.title;
  $('edit-when').hidden = event.isAllDay;
  if (!event.isAllDay) {
    const from = wall(event.start);
    $('edit-start').value = from.date + 'T' + clock(from.minutes);
    $('edit-length').value = String((event.end - event.start) / 60000);
  }
  $('edit-guests').textContent = event.guests.length ? 'With ' + event.guests.join(', ') : 'No guests';
  $('editor').showModal();
}
$('edit-form').addEventListener('submit', (submit) => {
  submit.preventDefault();
  const event = edited, does = submit.submitter ? submit.submitter.value : 'save';
  $('editor').close();
  if (does === 'delete') void change(event, 'DELETE');
  if (does !== 'save') return;
  const body = {};
  if ($('edit-title').value !== event.title) body.summary = $('edit-title').value;
  if (!event.isAllDay && $('edit-start').value) {
    const [date, time] = $('edit-start').value.split('T');
    const start = momentOf(date, Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5)));
    const end = start + Number($('edit-length').value) * 60000;
    if (start !== event.start || end !== event.end) Object.assign(body, times(event, start, end));
  }
  if (Object.keys(body).length > 0) void change(event, 'PATCH', body);
});

const showWeek = (monday) => { week.monday = monday; week.events = []; week.known = null; week.fresh.clear(); drawWeek(true); week.known = null; void readWeek(); };
$('week-back').addEventListener('click', () => showWeek(plusDays(week.monday, -7)));
$('week-on').addEventListener('click', () => showWeek(plusDays(week.monday, 7)));
$('week-dana').addEventListener('click', () => showWeek(mondayOf(wall(Date.parse(week.state.danasTime)).date)));
addEventListener('resize', () => { if (week.state) drawWeek(); });
`;
