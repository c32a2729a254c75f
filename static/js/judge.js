// The judging desk: <form data-judge data-autosave> with fieldsets .criterion. Keys by event.code, so that Japanese and Korean input methods
// do not get in the way. A digit scores and goes on; "1" then "0" within 600 ms makes the last score ten. A switch turns single keys off.
import { say } from './texts.js';
import { skip, toggle } from './deck.js';

const OFF = 'spotlight-judging-keys-off';
let desk = null;

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
    this.go(Math.max(0, this.sets.findIndex((s) => !s.querySelector(':checked'))), false);
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

  total() {
    let sum = 0, weights = 0;
    for (const s of this.sets) {
      const radio = s.querySelector(':checked');
      const output = s.querySelector('output');
      if (output) output.textContent = radio ? radio.value : '–';
      if (radio) { sum += Number(radio.value) * Number(s.dataset.weight); weights += Number(s.dataset.weight); }
    }
    const el = this.form.querySelector('[data-total]');
    if (el) el.textContent = weights ? (sum / weights).toFixed(1) : '–';
  }

  // data-listen-share="0.6": the scales open when that much was heard. The server has the last word.
  listenFirst() {
    const share = Number(this.form.dataset.listenShare) || 0;
    const field = this.form.querySelector('[name=heard]');
    document.addEventListener('spotlight:heard', (e) => {
      if (!this.form.isConnected) return;
      if (field) field.value = Math.max(Number(field.value) || 0, e.detail.seconds).toFixed(1);
      const words = document.querySelector('[data-heard]');
      if (words) words.textContent = `${Math.round(e.detail.share * 100)} %`;
      if (share && e.detail.share >= share) this.form.removeAttribute('data-locked');
    });
  }

  // The next entry's sound is fetched while this one is judged: data-next-src.
  preload() {
    const src = this.form.dataset.nextSrc;
    if (!src) return;
    this.next = new Audio();
    this.next.preload = 'auto';
    this.next.src = src;
  }

  wireSwitch() {
    const button = document.querySelector('[data-keys-switch]');
    if (!button) return;
    const paint = () => { button.setAttribute('aria-pressed', String(keysOn())); button.textContent = say(keysOn() ? 'shortcuts_on' : 'shortcuts_off'); };
    button.addEventListener('click', () => { localStorage.setItem(OFF, keysOn() ? '1' : ''); paint(); });
    paint();
  }
}

const keysOn = () => { try { return !localStorage.getItem(OFF); } catch { return true; } };

const KEYS = {
  ArrowUp: (d) => d.go(d.active - 1), KeyK: (d) => d.go(d.active - 1),
  ArrowDown: (d) => d.go(d.active + 1), KeyJ: (d) => d.go(d.active + 1),
  Space: (d) => d.audio && toggle(d.audio),
  Comma: (d) => d.audio && skip(d.audio, -5), Period: (d) => d.audio && skip(d.audio, 5),
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
