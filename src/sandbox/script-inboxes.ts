/** Browser script, second part: the inboxes, the drawer in which mails and pages open, the lists, the story line, and the polling. */
export const INBOXES_SCRIPT = String.raw`
const ROLES = ['coach', 'existing', 'incoming'];
const box = { mails: [], drawn: {}, read: new Set(), open: null, turn: null, at: '' };
const shortTime = (text) => new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: week.state.coach.timeZone }).format(Date.parse(text));
const person = (role) => week.state.people.find((one) => one.role === role);
const mailsOf = (role) => {
  const address = person(role).email.toLowerCase();
  return box.mails.filter((mail) => mail.to.some((to) => to.toLowerCase().includes(address))).sort((a, b) => b.id.localeCompare(a.id));
};
const redraw = (key, picture, draw) => {
  const text = JSON.stringify(picture);
  if (box.drawn[key] === text) return;
  box.drawn[key] = text;
  draw();
};

function drawInboxes() {
  for (const role of ROLES) {
    const mails = mailsOf(role);
    redraw('inbox-' + role, [mails.map((mail) => [mail.id, box.read.has(mail.id)]), box.open && box.open.id, box.turn === role], () => {
      const list = $('inbox-' + role);
      const focused = list.contains(document.activeElement) ? document.activeElement.dataset.id : null;
      $('card-' + role).classList.toggle('turn', box.turn === role);
      $('count-' + role).textContent = String(mails.filter((mail) => !box.read.has(mail.id)).length || '');
      list.replaceChildren();
      if (mails.length === 0) list.append(el('li', 'empty', 'No mail yet'));
      mails.forEach((mail) => {
        const row = el('button', 'mail' + (box.read.has(mail.id) ? '' : ' unread') + (box.open && box.open.id === mail.id ? ' opened' : '') + (box.turn === role && mail === mails.find(asksSomething) ? ' next' : ''));
        row.type = 'button';
        row.dataset.id = mail.id;
        row.append(el('span', 'subject', mail.subject), el('time', '', shortTime(mail.time)));
        row.addEventListener('click', () => openMail(mail, role));
        const item = el('li');
        item.append(row);
        list.append(item);
        if (focused === mail.id) row.focus();
      });
    });
  }
}

/* A mail has no script, and its frame may run none; the same origin lets us take its links and open them beside it. */
function openMail(mail, role) {
  box.open = { id: mail.id, role };
  box.read.add(mail.id);
  const frame = el('iframe', 'mail-frame');
  frame.title = 'Mail: ' + mail.subject;
  frame.setAttribute('sandbox', 'allow-same-origin allow-popups allow-popups-to-escape-sandbox');
  frame.srcdoc = mail.html || '<pre>' + mail.text.replace(/&/g, '&amp;').replace(/</g, '&lt;') + '</pre>';
  frame.addEventListener('load', () => {
    for (const link of frame.contentDocument.querySelectorAll('a[href]')) {
      link.target = '_blank';
      link.rel = 'noopener';
      link.addEventListener('click', (click) => {
        if (click.ctrlKey || click.metaKey || click.shiftKey || click.button !== 0) return;
        click.preventDefault();
        openPage(link.href, role);
      });
    }
    frame.contentDocument.addEventListener('keydown', closeOnEscape);
  });
  showDrawer(role, mail.subject, frame, null);
  drawInboxes();
}

/* Mails name the public address; the reader may have come by another name of the same machine. */
function homeUrl(href) {
  const url = new URL(href, location.href);
  const isLocal = (host) => ['localhost', '127.0.0.1', '[::1]'].includes(host);
  return isLocal(url.hostname) && isLocal(location.hostname) ? location.origin + url.pathname + url.search + url.hash : url.href;
}

function openPage(href, role) {
  const url = homeUrl(href);
  if (new URL(url).origin !== location.origin) { window.open(url, '_blank', 'noopener'); return; }
  const frame = el('iframe', 'page-frame');
  frame.title = 'Page of ' + person(role).name;
  frame.src = url;
  frame.addEventListener('load', () => { frame.contentDocument?.addEventListener('keydown', closeOnEscape); void poll(); });
  const mail = box.mails.find((one) => box.open && one.id === box.open.id);
  showDrawer(role, person(role).name + ' follows the link', frame, mail ? () => openMail(mail, role) : null);
}

let returnFocus = null;
function showDrawer(role, title, frame, back) {
  const drawer = $('drawer');
  if (drawer.hidden) returnFocus = document.activeElement;
  drawer.hidden = false;
  document.body.classList.add('with-drawer');
  drawer.dataset.role = role;
  $('drawer-who').textContent = person(role).name;
  $('drawer-title').textContent = title;
  $('drawer-back').hidden = !back;
  $('drawer-back').onclick = back;
  $('drawer-body').replaceChildren(frame);
  $('drawer-close').focus({ preventScroll: true });
  drawNext();
}
function closeDrawer() {
  if ($('drawer').hidden) return;
  $('drawer').hidden = true;
  document.body.classList.remove('with-drawer');
  $('drawer-body').replaceChildren();
  box.open = null;
  drawInboxes();
  drawNext();
  if (returnFocus && returnFocus.isConnected) returnFocus.focus();
}
const closeOnEscape = (key) => { if (key.key === 'Escape' && !$('editor').open) closeDrawer(); };
$('drawer-close').addEventListener('click', closeDrawer);
addEventListener('keydown', closeOnEscape);

/* Whose turn it is: each turn begins with a mail to the one who acts, and only such mails link to Makeway. */
const asksSomething = (mail) => (mail.text.match(/https?:\/\/[^\s<>"']+/g) || []).some((href) => homeUrl(href).startsWith(location.origin + '/'));
const isOver = (row) => ['booked', 'declined', 'expired'].includes(row.state);
const firstName = (role) => person(role).name.split(' ')[0];
const dayAndTime = (text) => {
  const when = wall(Date.parse(text));
  return dayName(when.date, { weekday: 'long', day: 'numeric', month: 'long' }) + ', ' + clock(when.minutes);
};
function readStory() {
  const [kim, dana, other] = ROLES.map(firstName);
  const row = week.state.pending.filter((one) => !isOver(one)).pop();
  const last = week.state.pending.find(isOver);
  const sam = row || last ? (row || last).who.split(' ')[0] : other;
  const newest = box.mails.filter(asksSomething).sort((a, b) => b.id.localeCompare(a.id))[0];
  const asked = newest ? ROLES.find((role) => mailsOf(role).includes(newest)) || null : null;
  const labels = [sam + ' asks', kim + ' decides', (asked === 'incoming' ? sam : dana) + ' chooses', sam + ' lands'];
  const told = (step, turn, hint) => ({ step, turn, hint, labels, isClosed: !row && step > 0 });
  if (row) {
    if (/booking|chosen|moved|vacated|landing/.test(row.state)) return told(3, null, row.standing);
    if (row.state.includes('asked')) {
      if (asked === 'existing') return told(2, asked, dana + ' has a mail: open it, then choose a time or keep the old one. Until then nothing changes in the calendar.');
      if (asked === 'incoming') return told(2, asked, sam + ' has a mail with other times: open it and choose one.');
      return told(2, null, kim + ' has decided. A mail is on its way.');
    }
    if (asked === 'coach') return told(1, asked, row.standing + ' ' + kim + ' has a mail: open it and decide. Nothing is written to the calendar yet.');
    return told(1, null, row.standing + ' A mail is on its way to ' + kim + '.');
  }
  const again = ' Press the button to play it again.';
  if (!last) return told(0, null, dana + ' comes every Monday at 13:00, and ' + sam + ' wants that very time. Press the button, then follow the mails.');
  if (last.state === 'booked') return told(4, null, 'Done: ' + sam + ' is booked on ' + dayAndTime(last.wanted) + ', and nobody lost a session.' + again);
  if (last.state === 'declined') return told(2, null, kim + ' declined. ' + sam + ' got a friendly no, and the calendar is as it was.' + again);
  return told(0, null, last.standing + again);
}
function drawStory() {
  const story = readStory();
  box.turn = story.turn;
  redraw('story', story, () => {
    [...$('steps').children].forEach((item, i) => {
      item.textContent = story.labels[i];
      item.classList.toggle('done', i < story.step);
      item.classList.toggle('current', i === story.step && !story.isClosed);
      if (i === story.step && !story.isClosed) item.setAttribute('aria-current', 'step'); else item.removeAttribute('aria-current');
    });
    $('hint').textContent = story.hint;
  });
  drawNext();
}
function drawNext() {
  const next = box.turn && mailsOf(box.turn).find(asksSomething);
  const isNews = next && !(box.open && box.open.id === next.id);
  const role = box.turn;
  for (const button of [$('next'), $('drawer-next')]) {
    button.hidden = !isNews || (button.id === 'next') !== $('drawer').hidden;
    if (!isNews) continue;
    button.dataset.role = role;
    button.textContent = button.id === 'next' ? 'Open ' + person(role).name + '’s mail' : 'Next: open the new mail to ' + person(role).name;
    button.onclick = () => openMail(next, role);
  }
  // Where the drawer covers the calendar, the end of the story would stay unseen.
  const isDone = box.mails.length > 0 && !isNews && week.state.pending.length > 0 && week.state.pending.every(isOver);
  if (!isDone || $('drawer').hidden) return;
  $('drawer-next').hidden = false;
  $('drawer-next').dataset.role = '';
  $('drawer-next').textContent = 'Done. Back to ' + firstName('coach') + '’s calendar';
  $('drawer-next').onclick = () => { closeDrawer(); $('week-title').scrollIntoView({ block: 'start' }); };
}

const JOBS = { calendar_lists: 'Read the list of calendars', calendars: 'Read the calendar', channels: 'Push channel', outbox: 'Mail', requests: 'Request', resolutions: 'Move', landings: 'Booking', lookouts: 'Look for overlaps', inboxes: 'Requests calendar', inbox_events: 'Event on the requests calendar', disconnections: 'Disconnect', reconcile: 'Compare with Google', sweep: 'Look for changes', horizon: 'Plan ahead', prune: 'Tidy up' };
const DEEDS = {
  decision: 'asked the coach to decide', settled: 'told the coach', clash: 'told the coach of an overlap', 'calendar-gone': 'told the coach that a calendar is gone', 'calendar-read-only': 'told the coach that a calendar can no longer be written', ask: 'asked the client to move', 'ask-reminder': 'reminded the client', 'ask-over': 'told the client that the question is closed',
  moved: 'told the new time', offer: 'offered other times', 'offer-reminder': 'reminded of the offer', declined: 'sent a friendly no', expired: 'told that the offer is over', changes: 'read what changed', 'full read': 'read everything',
};
const OUTCOMES = { nothing: 'nothing new', again: 'will try again' };

function drawLists() {
  redraw('pending', week.state.pending, () => {
    const rows = week.state.pending.map((row) => {
      const item = el('li');
      const when = wall(Date.parse(row.wanted));
      item.append(el('strong', '', row.who), el('span', '', dayName(when.date, { weekday: 'short', day: 'numeric', month: 'short' }) + ', ' + clock(when.minutes)), el('em', '', row.state.replace('pending_resolution', 'waiting').replaceAll('_', ' ')), el('p', '', row.standing));
      return item;
    });
    $('pending').replaceChildren(...(rows.length ? rows : [el('li', 'empty', 'No open request')]));
  });
  redraw('jobs', week.state.jobs, () => {
    const rows = [...week.state.jobs].sort((a, b) => b.id - a.id).slice(0, 60).map((job) => {
      const row = el('tr', job.outcome === 'failed' || job.outcome === 'stopped' ? 'bad' : '');
      const subject = el('td', 'soft', job.subject && '…' + job.subject.slice(-4));
      subject.title = job.subject;
      const [did, ...more] = (job.detail || '').split(', ');
      row.append(el('td', '', shortTime(job.at)), el('td', '', JOBS[job.job] || job.job), el('td', '', [(['outbox', 'calendars'].includes(job.job) && DEEDS[did]) || did, ...more].join(', ')), subject, el('td', '', OUTCOMES[job.outcome] || job.outcome), el('td', '', job.durationMs + ' ms'));
      if (job.outcome === 'nothing') row.className = 'quiet';
      return row;
    });
    $('jobs').replaceChildren(...rows);
    $('no-jobs').hidden = rows.length > 0;
  });
}

const readJson = async (path) => {
  const answer = await fetch(path, { headers: { accept: 'application/json' } });
  if (!answer.ok) throw new Error(path + ' answered ' + answer.status);
  return answer.json();
};
let polling = false;
async function poll() {
  if (polling) return;
  polling = true;
  try {
    const [state, mails] = await Promise.all([readJson('/sandbox/state.json'), readJson('/sandbox/mail.json')]);
    const isFirst = week.state === null;
    week.state = state;
    box.mails = mails;
    if (isFirst) firstLook();
    $('trouble').hidden = true;
    drawStory();
    drawInboxes();
    drawLists();
    await readWeek();
  } catch (error) {
    $('trouble').textContent = 'Makeway does not answer just now (' + error.message + '). Trying again.';
    $('trouble').hidden = false;
  } finally {
    polling = false;
  }
}
function firstLook() {
  // The story that was told last, or else the one that the button begins.
  const last = week.state.pending[0];
  week.monday = mondayOf(wall(Date.parse(last ? last.wanted : week.state.danasTime)).date);
  for (const role of ROLES) {
    $('name-' + role).textContent = person(role).name;
    $('address-' + role).textContent = person(role).email;
  }
  $('week-zone').textContent = week.state.coach.timeZone.split('/').pop().replaceAll('_', ' ') + ' time';
}

for (const form of [$('ask'), $('clock')]) form.addEventListener('submit', async (submit) => {
  submit.preventDefault();
  const button = form.querySelector('button');
  const hasAsked = (row) => !isOver(row) && row.who === person('incoming').name && Date.parse(row.wanted) === Date.parse(week.state.danasTime);
  if (form.id === 'ask' && week.state?.pending.some(hasAsked)) return toast('Sam has asked for that time already. Go on with the mails.');
  button.disabled = true;
  try {
    const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
    if (!answer.ok) toast('That was refused (' + answer.status + ').');
    await poll();
    if (form.id === 'ask') showWeek(mondayOf(wall(Date.parse(week.state.danasTime)).date));
  } catch (error) {
    toast('Makeway could not be reached (' + error.message + ').');
  } finally {
    button.disabled = false;
  }
});

void poll();
setInterval(() => { if (!document.hidden) void poll(); }, 1500);
`;
