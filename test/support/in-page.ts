/** What is asked of a page from inside it: script for the browser, so plain text here. */

/** Opens all that can be unfolded: what is hidden counts, too. */
export const UNFOLD = `document.querySelectorAll('details').forEach((each) => { each.open = true; })`;

/** How far the page is wider than its window, in px; with the widest things that stick out. */
export const STICKS_OUT = `(() => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  return wide <= 0 ? [] : [wide + ' px', ...[...document.querySelectorAll('body *')].filter((each) => each.getBoundingClientRect().right > innerWidth + 1).slice(0, 5).map((each) => each.outerHTML.slice(0, 120))];
})()`;

/** The text of a page as it is read. */
export const READS = `document.body.innerText.replace(/\\s+/g, ' ').trim()`;

/** Counts presses instead of following them. */
export const WATCH_KEYS = `(() => {
  window.pressed = 0;
  document.addEventListener('click', (event) => {
    const on = event.target.closest('a, button, summary, input');
    if (!on) return;
    window.pressed += 1;
    if (on.matches('a, button')) event.preventDefault();
  }, true);
})()`;

/** A name for an element that stays the same while it is there; radio buttons are reached as a group. */
const NAME = `(each) => each.type === 'radio' ? 'radio ' + each.name : [...document.querySelectorAll('*')].indexOf(each) + ' ' + each.outerHTML.slice(0, 90).replace(/\\s+/g, ' ')`;

/** All that a keyboard must reach. */
export const REACHABLE = `[...new Set([...document.querySelectorAll('a[href], button, input, select, textarea, summary, iframe')]
  .filter((each) => each.type !== 'hidden' && !each.disabled && each.tabIndex >= 0 && each.checkVisibility()).map(${NAME}))]`;

/** What has the focus: its name, its kind, and whether that is seen. Null: nothing has. */
export const FOCUSED = `(() => {
  const here = document.activeElement;
  if (!here || here === document.body) return null;
  const style = getComputedStyle(here);
  const box = here.getBoundingClientRect();
  return {
    name: (${NAME})(here), kind: here.matches('input') ? here.type : here.localName,
    isSeen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 && box.width >= 8 && box.height >= 8,
    isOpen: here.matches('summary') ? here.parentElement.open : null, isChecked: here.checked ?? null, pressed: window.pressed,
  };
})()`;
