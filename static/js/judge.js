// The judging desk: <form data-judge data-autosave> with fieldsets .criterion. Keys by event.code, so that Japanese and Korean input methods
// do not get in the way. A digit scores and goes on; "1" then "0" within 600 ms makes the last score ten. A switch turns single keys off.
import { say } from './texts.js';
import { skip, toggle } from './deck.js';

const OFF = 'spotlight-judging-keys-off';
let desk = null;
let ahead = null;

export function enhanceJudging(root) {
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
    this.listenFirst();
    this.preload();
    this.total();
    this.go(Math.max(0, this.sets.findIndex((s) => markOf(s) === null)), false);
  }

  get audio() { return document.querySelector('[data-deck] audio'); }
  get locked() { return this.form.hasAttribute('data-locked'); }

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

  // data-listen-share="0.6": the scales open when that much was heard. The server has the last word.
  listenFirst() {
    const share = Number(this.form.dataset.listenShare) || 0;
    const field = this.form.querySelector('[name=heard]');
    const before = Number(field?.value) || 0;
    document.addEventListener('spotlight:heard', (e) => {
      if (!this.form.isConnected) return;
      if (field) field.value = Math.max(Number(field.value) || 0, e.detail.seconds).toFixed(1);
      const words = document.querySelector('[data-heard]');
      const total = e.detail.share ? e.detail.seconds / e.detail.share : 0;
      const heard = Math.max(e.detail.share, total ? Math.min(1, before / total) : 0);
      if (words) words.textContent = `${Math.round(heard * 100)} %`;
      if (share && heard >= share) this.form.removeAttribute('data-locked');
    });
  }

  // The next entry's sound (data-next-src) is fetched while this one is judged, and kept in memory: no cache may keep it.
  preload() {
    const own = this.audio?.getAttribute('src');
    if (ahead?.src === own) ahead.sound.then((url) => { if (url && this.form.isConnected && this.audio.paused && !this.audio.currentTime) this.audio.src = url; });
    const src = this.form.dataset.nextSrc;
    if (!src || ahead?.src === src) return;
    const before = ahead;
    if (before && before.src !== own) before.sound.then((url) => url && URL.revokeObjectURL(url));
    ahead = { src, sound: fetch(src, { credentials: 'same-origin' }).then((r) => (r.ok ? r.blob() : null)).then((blob) => blob && URL.createObjectURL(blob)).catch(() => null) };
  }

  wireSwitch() {
    const button = document.querySelector('[data-keys-switch]');
    if (!button) return;
    const paint = () => { button.setAttribute('aria-pressed', String(keysOn())); button.textContent = say(keysOn() ? 'shortcuts_on' : 'shortcuts_off'); };
    button.addEventListener('click', () => { localStorage.setItem(OFF, keysOn() ? '1' : ''); paint(); });
    paint();
  }
}

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
  KeyH: (d) => { if (!d.locked) d.half(); }, NumpadDecimal: (d) => { if (!d.locked) d.half(); },
  KeyN: (d) => { const t = d.form.querySelector('textarea'); t?.focus(); t?.setSelectionRange(t.value.length, t.value.length); },
};

document.addEventListener('keydown', (e) => {
  if (!desk?.form.isConnected || e.isComposing || document.querySelector('dialog[open]')) return;
  if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) { e.preventDefault(); desk.form.requestSubmit(desk.form.querySelector('[data-submit-next]') ?? undefined); return; }
  const typing = e.target.closest('textarea, select, [contenteditable], input:not([type=radio], [type=range], [type=checkbox])');
  if (typing) { if (e.key === 'Escape') typing.blur(); return; }
  if (e.ctrlKey || e.metaKey || e.altKey || !keysOn()) return;
  if (e.code === 'Space' && e.target.closest('button, a, summary')) return;
  if (e.code.startsWith('Arrow') && e.target.matches('input[type=range]')) return;
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(e.code)?.[1];
  if (digit) { e.preventDefault(); if (!desk.locked) desk.digit(digit); return; }
  const action = KEYS[e.code];
  if (action) { e.preventDefault(); action(desk); }
});
