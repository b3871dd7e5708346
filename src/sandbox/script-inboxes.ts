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
const OVER = ['booked', 'declined', 'expired'];
function readStory() {
  const open = week.state.pending.filter((row) => !OVER.includes(row.state));
  const newest = box.mails.filter(asksSomething).sort((a, b) => b.id.localeCompare(a.id))[0];
  const roleOf = (mail) => ROLES.find((role) => mailsOf(role).some((one) => one.id === mail.id)) || null;
  if (open.length > 0) {
    const row = open[open.length - 1];
    if (/booking|chosen|moved|vacated|landing/.test(row.state)) return { step: 3, turn: null, hint: row.standing || 'Sam is being booked.' };
    const turn = newest ? roleOf(newest) : 'coach';
    if (turn === 'existing') return { step: 2, turn, hint: person('existing').name + ' has a mail: open it and choose a time, or keep it.' };
    if (turn === 'incoming') return { step: 2, turn, hint: person('incoming').name + ' has a mail with other times: open it and choose.' };
    return { step: 1, turn: newest ? 'coach' : null, hint: newest ? person('coach').name + ' has a mail: open it and decide.' : 'A mail is on its way to ' + person('coach').name + '.' };
  }
  if (box.mails.length > 0) return { step: 4, turn: null, hint: 'Done. Look at the calendar and the inboxes, or ask again.' };
  return { step: 0, turn: null, hint: 'Press the button. Then follow the mails.' };
}
function drawStory() {
  const story = readStory();
  box.turn = story.turn;
  redraw('story', story, () => {
    [...$('steps').children].forEach((item, i) => {
      item.classList.toggle('done', i < story.step);
      item.classList.toggle('current', i === story.step);
      if (i === story.step) item.setAttribute('aria-current', 'step'); else item.removeAttribute('aria-current');
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
}

function drawLists() {
  redraw('pending', week.state.pending, () => {
    const rows = week.state.pending.map((row) => {
      const item = el('li');
      const when = wall(Date.parse(row.wanted));
      item.append(el('strong', '', row.who), el('span', '', dayName(when.date, { weekday: 'short', day: 'numeric', month: 'short' }) + ', ' + clock(when.minutes)), el('em', '', row.state.replaceAll('_', ' ')), el('p', '', row.standing));
      return item;
    });
    $('pending').replaceChildren(...(rows.length ? rows : [el('li', 'empty', 'No open request')]));
  });
  redraw('jobs', week.state.jobs, () => {
    const rows = [...week.state.jobs].sort((a, b) => b.id - a.id).slice(0, 60).map((job) => {
      const row = el('tr', job.outcome === 'failed' || job.outcome === 'stopped' ? 'bad' : '');
      row.append(el('td', '', shortTime(job.at)), el('td', '', job.job), el('td', '', [job.subject, job.detail].filter(Boolean).join(' · ')), el('td', '', job.outcome), el('td', '', job.durationMs + ' ms'));
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
  week.monday = mondayOf(wall(Date.parse(week.state.danasTime)).date);
  for (const role of ROLES) {
    $('name-' + role).textContent = person(role).name;
    $('address-' + role).textContent = person(role).email;
  }
  $('week-zone').textContent = week.state.coach.timeZone.split('/').pop().replaceAll('_', ' ') + ' time';
}

$('ask').addEventListener('submit', async (submit) => {
  submit.preventDefault();
  const button = $('ask').querySelector('button');
  button.disabled = true;
  try {
    const answer = await fetch($('ask').action, { method: 'POST', body: new URLSearchParams() });
    if (!answer.ok) toast('That request was refused (' + answer.status + ').');
    await poll();
    showWeek(mondayOf(wall(Date.parse(week.state.danasTime)).date));
  } catch (error) {
    toast('Makeway could not be reached (' + error.message + ').');
  } finally {
    button.disabled = false;
  }
});

void poll();
setInterval(() => { if (!document.hidden) void poll(); }, 1500);
`;
