// A player of its own inside a page: desk, clearance, embed. [data-deck] holds one audio, its waveform and its buttons.
import { clock, say } from './texts.js';
import { paintWave } from './wave.js';

export function enhanceDecks(root) {
  for (const deck of root.querySelectorAll('[data-deck]:not([data-ready])')) start(deck);
}

function start(deck) {
  deck.dataset.ready = '';
  const audio = deck.querySelector('audio');
  const wave = deck.querySelector('.wave[data-head]');
  const button = deck.querySelector('[data-toggle]');
  const error = deck.querySelector('[data-player-error]');
  const total = () => (Number.isFinite(audio.duration) ? audio.duration : Number(wave?.dataset.seconds) || 0);
  const paint = () => {
    if (wave) paintWave(wave, audio.currentTime, total());
    for (const t of deck.querySelectorAll('[data-time]')) t.textContent = clock(audio.currentTime);
  };
  const state = () => button?.setAttribute('aria-pressed', String(!audio.paused));
  // What was played is a set of parts: hearing one twice counts once, jumping over one does not count.
  const before = partsOf(deck.dataset.heardParts ?? '');
  const tell = () => {
    const parts = merge([...before, ...Array.from({ length: audio.played.length }, (_, i) => [audio.played.start(i), audio.played.end(i)])]);
    const strip = deck.querySelector('.heard-strip path');
    strip?.setAttribute('d', parts.map(([from, to]) => `M${(from / total()) * 1000} 5H${(to / total()) * 1000}`).join(''));
    const seconds = parts.reduce((sum, [from, to]) => sum + to - from, 0);
    deck.dispatchEvent(new CustomEvent('spotlight:heard', { bubbles: true, detail: { parts, seconds, share: total() ? Math.min(1, seconds / total()) : 0, total: total() } }));
  };
  audio.addEventListener('timeupdate', () => { tell(); paint(); });
  for (const name of ['pause', 'ended', 'seeked', 'loadedmetadata']) audio.addEventListener(name, tell);
  deck.addEventListener('spotlight:tell', tell);
  for (const name of ['play', 'pause', 'ended']) audio.addEventListener(name, state);
  for (const name of ['loadedmetadata', 'seeked']) audio.addEventListener(name, paint);
  audio.addEventListener('play', () => document.dispatchEvent(new CustomEvent('spotlight:deck-plays', { detail: { audio } })));
  audio.addEventListener('error', () => { if (error && audio.error) { error.textContent = say('cant_play'); error.hidden = false; } });
  button?.addEventListener('click', () => toggle(audio));
  wave?.querySelector('input').addEventListener('input', (e) => { audio.currentTime = Number(e.target.value); paint(); });
  for (const b of deck.querySelectorAll('[data-skip]')) b.addEventListener('click', () => skip(audio, Number(b.dataset.skip)));
  document.addEventListener('spotlight:plays', () => audio.pause());
  document.addEventListener('spotlight:deck-plays', (e) => { if (e.detail.audio !== audio) audio.pause(); });
}

// Parts as pairs of seconds; written as "0-1200,5000-9000" in milliseconds.
const partsOf = (text) => text.split(',').filter(Boolean).map((part) => part.split('-').map((ms) => Number(ms) / 1000));
export const partsText = (parts) => parts.map((part) => part.map((s) => Math.round(s * 1000)).join('-')).join(',');

function merge(parts) {
  const merged = [];
  for (const [from, to] of parts.filter(([a, b]) => b > a).sort((x, y) => x[0] - y[0])) {
    const last = merged.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

// Where the first part not heard begins; null once all is heard. A gap under half a second is none.
export function firstUnheard(parts, total) {
  let at = 0;
  for (const [from, to] of parts) {
    if (from - at > 0.5) return at;
    at = Math.max(at, to);
  }
  return total - at > 1 ? at : null;
}

export const toggle = (audio) => (audio.paused ? audio.play().catch(() => {}) : audio.pause());
export function skip(audio, by) {
  audio.currentTime = Math.max(0, Math.min(audio.duration || Infinity, audio.currentTime + by));
}
