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
  let heard = 0, last = 0;
  audio.addEventListener('timeupdate', () => {
    const step = audio.currentTime - last;
    if (!audio.paused && step > 0 && step < 1.5) heard += step;
    last = audio.currentTime;
    deck.dispatchEvent(new CustomEvent('spotlight:heard', { bubbles: true, detail: { seconds: heard, share: total() ? Math.min(1, heard / total()) : 0 } }));
    paint();
  });
  audio.addEventListener('seeking', () => { last = audio.currentTime; });
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

export const toggle = (audio) => (audio.paused ? audio.play().catch(() => {}) : audio.pause());
export function skip(audio, by) {
  audio.currentTime = Math.max(0, Math.min(audio.duration || Infinity, audio.currentTime + by));
}
