// The judging desk: <form data-judge data-autosave> with fieldsets .criterion. Keys by event.code, so that Japanese and Korean input methods
// do not get in the way. A digit scores and goes on; "1" then "0" within 600 ms makes the last score ten. A switch turns single keys off.
import { clock, say } from './texts.js';
import { firstUnheard, partsText, skip, toggle } from './deck.js';
import { autosaveOf } from './autosave.js';
import { Filing, enhanceOutbox } from './filing.js';

const OFF = 'spotlight-judging-keys-off';
const REPORT = 10000;
let desk = null;
let ahead = null;

export function enhanceJudging(root) {
  enhanceOutbox(root);
  const form = root.querySelector('form[data-judge]:not([data-ready])');
  if (form) desk = new Desk(form);
  else if (!desk?.form.isConnected) desk = null;
}

class Desk {
  constructor(form) {
    form.dataset.ready = '';
    this.form = form;
    this.sets = [...form.querySelectorAll('.criterion')];
    this.last = { at: 0, set: -1, value: -1 };
    form.addEventListener('change', () => this.total());
    form.addEventListener('spotlight:restored', () => this.total());
    form.addEventListener('focusin', (e) => { const k = this.sets.indexOf(e.target.closest('.criterion')); if (k >= 0) this.go(k, false); });
    this.wireSwitch();
    this.listen();
    this.preload();
    if (form.dataset.file) this.filing = new Filing(form, { missing: () => this.missing(), ahead: () => (ahead?.src === form.dataset.nextSrc ? ahead : null) });
    this.total();
    this.go(Math.max(0, this.sets.findIndex((s) => markOf(s) === null)), false);
  }

  get audio() { return document.querySelector('[data-deck] audio'); }

  go(i, reveal = true) {
    this.active = Math.max(0, Math.min(this.sets.length - 1, i));
    this.sets.forEach((s, k) => s.toggleAttribute('data-active', k === this.active));
    if (reveal) this.sets[this.active]?.scrollIntoView({ block: 'nearest' });
  }

  score(i, value) {
    const radio = this.sets[i]?.querySelector(`input[value="${value}"]`);
    if (!radio || radio.disabled) return false;
    const half = this.sets[i].querySelector('[data-half]');
    if (half) half.checked = false;
    radio.checked = true;
    radio.dispatchEvent(new Event('change', { bubbles: true }));
    return true;
  }

  digit(digit) {
    const now = performance.now();
    if (digit === '0' && this.last.value === 1 && now - this.last.at < 600 && this.score(this.last.set, 10)) { this.last.value = 10; return; }
    const set = this.active;
    if (!this.score(set, digit)) return;
    this.last = { at: now, set, value: Number(digit) };
    this.go(set + 1);
  }

  // H: half a point more, or less again, on the criterion that was scored last (or the active one).
  half() {
    const mine = this.sets[this.active];
    const set = mine && markOf(mine) !== null ? mine : this.sets[this.last.set] ?? mine;
    const box = set?.querySelector('[data-half]');
    if (!box || box.disabled || markOf(set) === null) return;
    box.checked = !box.checked;
    box.dispatchEvent(new Event('change', { bubbles: true }));
  }

  total() {
    let sum = 0, weights = 0;
    for (const s of this.sets) {
      const mark = markOf(s);
      const output = s.querySelector('output');
      if (output) output.textContent = mark ?? '–';
      if (mark !== null) { sum += mark * Number(s.dataset.weight); weights += Number(s.dataset.weight); }
    }
    const el = this.form.querySelector('[data-total]');
    if (el) el.textContent = weights ? (sum / weights).toFixed(1) : '–';
  }

  // What was heard goes to the server with each save and, while the track plays, every ten seconds. Marks may be given at any time;
  // a sheet counts once data-listen-share of the track was heard. The server has the last word.
  listen() {
    this.heard = { parts: [], seconds: 0, share: 0, total: 0 };
    const button = () => this.form.isConnected && document.querySelectorAll('[data-unheard]');
    this.form.addEventListener('spotlight:heard', ({ detail }) => {
      const grown = detail.seconds - this.heard.seconds;
      this.heard = detail;
      const field = this.form.querySelector('[name=heard]');
      if (field) field.value = partsText(detail.parts);
      const words = document.querySelector('[data-heard]');
      if (words) words.textContent = `${Math.floor(detail.share * 100)} %`;
      const at = detail.seconds > 0 ? firstUnheard(detail.parts, detail.total) : null;
      for (const el of button() || []) { el.hidden = at === null; if (at !== null) el.textContent = say('unheard', { at: clock(at) }); }
      if (grown > 0 && this.told && !this.report) this.report = setTimeout(() => this.tell(), REPORT);
      this.told = true;
    });
    document.querySelectorAll('[data-unheard]').forEach((el) => el.addEventListener('click', () => this.playUnheard()));
    this.form.querySelector('[data-deck]')?.dispatchEvent(new CustomEvent('spotlight:tell'));
  }

  tell(how) {
    clearTimeout(this.report);
    if (this.report && this.form.isConnected) autosaveOf(this.form)?.saveQuietly(how);
    this.report = null;
  }

  playUnheard() {
    const at = firstUnheard(this.heard.parts, this.heard.total);
    if (at === null || !this.audio) return;
    this.audio.currentTime = Math.max(0, at - 0.2);
    this.audio.play().catch(() => {});
  }

  // What stands in the way of filing, as far as this page can tell: [field, sentence] or null.
  missing() {
    const set = this.sets.find((s) => markOf(s) === null);
    if (set) return [set.dataset.field, say('mark_missing')];
    const share = Number(this.form.dataset.listenShare) || 0;
    const needed = Math.min(share * this.heard.total, this.heard.total - 1);
    if (this.heard.total && this.heard.seconds < needed) return ['heard', say('hear_more', { seconds: Math.ceil(needed - this.heard.seconds) })];
    return null;
  }

  // The next entry (data-next-page) and its sound (data-next-src) are fetched while this one is judged, and kept in memory: no cache
  // may keep them.
  preload() {
    const own = this.audio?.getAttribute('src');
    const { nextSrc: src, nextPage: page } = this.form.dataset;
    const before = ahead;
    if (before && before.src === own) before.sound.then((url) => { if (url && this.form.isConnected && this.audio.paused && !this.audio.currentTime) this.audio.src = url; });
    if (!src) return;
    if (before && before.src !== own && before.src !== src) before.sound.then((url) => url && URL.revokeObjectURL(url));
    ahead = { src, page, sound: before?.src === src ? before.sound : soundOf(src), text: page ? textOf(page) : Promise.resolve(null) };
  }

  wireSwitch() {
    const button = document.querySelector('[data-keys-switch]');
    if (!button) return;
    const paint = () => { button.setAttribute('aria-pressed', String(keysOn())); button.textContent = say(keysOn() ? 'shortcuts_on' : 'shortcuts_off'); };
    button.addEventListener('click', () => { localStorage.setItem(OFF, keysOn() ? '1' : ''); paint(); });
    paint();
  }
}

const soundOf = (src) => fetch(src, { credentials: 'same-origin' }).then((r) => (r.ok ? r.blob() : null)).then((blob) => blob && URL.createObjectURL(blob)).catch(() => null);
const textOf = (page) => fetch(page, { credentials: 'same-origin', redirect: 'error' }).then((r) => (r.ok ? r.text() : null)).catch(() => null);

const markOf = (set) => {
  const radio = set.querySelector('[type=radio]:checked');
  return radio ? Math.min(10, Number(radio.value) + (set.querySelector('[data-half]')?.checked ? 0.5 : 0)) : null;
};

const keysOn = () => { try { return !localStorage.getItem(OFF); } catch { return true; } };

const KEYS = {
  ArrowUp: (d) => d.go(d.active - 1), KeyK: (d) => d.go(d.active - 1),
  ArrowDown: (d) => d.go(d.active + 1), KeyJ: (d) => d.go(d.active + 1),
  Space: (d) => d.audio && toggle(d.audio),
  Comma: (d) => d.audio && skip(d.audio, -5), Period: (d) => d.audio && skip(d.audio, 5),
  KeyH: (d) => d.half(), NumpadDecimal: (d) => d.half(),
  KeyN: (d) => write(d.form.elements.note), KeyC: (d) => write(d.form.elements.comment),
  KeyU: (d) => d.playUnheard(),
  KeyB: (d) => press(d, 'previous'), KeyF: (d) => press(d, 'next'), KeyR: (d) => press(d, 'recuse'),
};

const press = (d, key) => d.form.querySelector(`[data-key=${key}]`)?.click();
const write = (area) => { area?.focus(); area?.setSelectionRange(area.value.length, area.value.length); };

document.addEventListener('htmx:beforeRequest', (e) => { if (e.detail.boosted && e.detail.requestConfig?.verb === 'get') desk?.tell({ leaving: true }); });
window.addEventListener('pagehide', () => desk?.tell({ leaving: true }));

document.addEventListener('keydown', (e) => {
  if (!desk?.form.isConnected || e.isComposing || document.querySelector('dialog[open]')) return;
  if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) { e.preventDefault(); desk.form.requestSubmit(desk.form.querySelector('[data-submit-next]') ?? undefined); return; }
  const typing = e.target.closest('textarea, select, [contenteditable], input:not([type=radio], [type=range], [type=checkbox])');
  if (typing) { if (e.key === 'Escape') typing.blur(); return; }
  if (e.ctrlKey || e.metaKey || e.altKey || !keysOn()) return;
  if (e.code === 'Space' && e.target.closest('button, a, summary')) return;
  if (e.code.startsWith('Arrow') && e.target.matches('input[type=range]')) return;
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(e.code)?.[1];
  if (digit) { e.preventDefault(); desk.digit(digit); return; }
  const action = KEYS[e.code];
  if (action) { e.preventDefault(); action(desk); }
});
