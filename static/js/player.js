// The player bar. One <audio> outside <main>; the queue comes from the [data-play] buttons of the list one starts in. Remembers queue
// and place for the tab, offers to go on after a hard load, and reports honestly what was listened to (the server decides what counts).
import { clock, say } from './texts.js';
import { toast } from './toast.js';
import { paintWave } from './wave.js';
import { Reporter } from './plays.js';

const KEY = 'spotlight-player';
let bar, audio, queue = [], index = -1, reporter;

const current = () => queue[index];
const total = () => (Number.isFinite(audio.duration) ? audio.duration : current()?.duration || 0);

function card(button) {
  const d = button.dataset;
  return {
    code: d.code, src: d.src, title: d.title, titleLang: d.titleLang, artist: d.artist, artistLang: d.artistLang,
    artistUrl: d.artistUrl, trackUrl: d.trackUrl, artwork: d.artwork, duration: Number(d.duration) || 0,
    path: document.querySelector(`[data-wave="${CSS.escape(d.code)}"] path`)?.getAttribute('d') ?? '',
    cover: d.artwork ? null : drawn(button),
  };
}

// A stand-in sleeve has no address: its shapes are remembered instead.
function drawn(button) {
  const svg = button.closest('article, li, figure, section, div:has(.cover)')?.querySelector('svg.cover');
  return svg && { palette: svg.dataset.palette, shapes: [...svg.children].map((el) => [el.getAttribute('class'), el.getAttribute('d')]) };
}

function draw(cover) {
  const make = (name, attributes) => {
    const el = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) el.setAttribute(key, value);
    return el;
  };
  const svg = make('svg', { class: 'cover', viewBox: '0 0 100 100', 'aria-hidden': 'true', 'data-palette': cover.palette });
  svg.append(...cover.shapes.map(([css, d]) => make('path', { class: css, d })));
  return svg;
}

// The list around the button plays on after it; for a button outside of any ("Play all") the list that holds its track; else the track alone.
function gather(button) {
  const lists = ':is([data-queue-list], .tracks, .board)';
  const list = button.closest(lists) ?? document.querySelector(`main ${lists}:has([data-play="${CSS.escape(button.dataset.code)}"])`);
  if (!list) return [card(button)];
  const seen = new Set();
  return [...list.querySelectorAll('[data-play]')].filter((b) => !seen.has(b.dataset.code) && seen.add(b.dataset.code)).map(card);
}

function load(i, { play = true, at = 0 } = {}) {
  if (!queue[i]) return;
  reporter.close(current()?.code, audio.currentTime);
  index = i;
  const t = current();
  audio.src = t.src;
  audio.currentTime = at;
  show(t);
  if (play) start();
  remember();
}

function start() {
  bar.querySelector('[data-player-error]').hidden = true;
  document.dispatchEvent(new CustomEvent('spotlight:plays'));
  audio.play().catch((e) => { if (e.name === 'NotSupportedError') fail(); });
}

function fail() {
  const error = bar.querySelector('[data-player-error]');
  error.textContent = say('cant_play');
  error.hidden = false;
  paint();
}

function show(t) {
  bar.hidden = false;
  link(bar.querySelector('[data-now-title]'), t.title, t.trackUrl, t.titleLang);
  link(bar.querySelector('[data-now-artist]'), t.artist, t.artistUrl || t.trackUrl, t.artistLang);
  const art = bar.querySelector('[data-now-artwork]');
  art.hidden = !t.artwork;
  if (t.artwork) art.src = t.artwork;
  art.parentElement.querySelector('svg')?.remove();
  if (t.cover) art.parentElement.append(draw(t.cover));
  for (const path of bar.querySelectorAll('[data-player-wave] path')) path.setAttribute('d', t.path || 'M0 50H1000');
  session(t);
  drawQueue();
  paint();
  progress();
}

function link(el, text, href, lang) {
  el.textContent = text;
  if (href) el.href = href; else el.removeAttribute('href');
  if (lang) el.lang = lang; else el.removeAttribute('lang');
  window.htmx?.process(el);
}

function session(t) {
  if (!('mediaSession' in navigator)) return;
  navigator.mediaSession.metadata = new MediaMetadata({ title: t.title, artist: t.artist, artwork: t.artwork ? [{ src: t.artwork }] : [] });
}

function paint() {
  const on = !audio.paused;
  for (const b of document.querySelectorAll('[data-play]')) {
    const mine = b.dataset.code === current()?.code;
    b.setAttribute('aria-pressed', String(on && mine));
    if (b.classList.contains('play')) b.setAttribute('aria-label', say(on && mine ? 'pause_track' : 'play_track', b.dataset));
  }
  const main = bar.querySelector('[data-toggle]');
  main.setAttribute('aria-pressed', String(on));
  main.setAttribute('aria-label', say(on ? 'pause' : 'play'));
  bar.querySelector('[data-next]').disabled = index >= queue.length - 1;
  if ('mediaSession' in navigator) navigator.mediaSession.playbackState = on ? 'playing' : 'paused';
}

function progress() {
  const t = current();
  if (!t) return;
  const at = audio.currentTime;
  paintWave(bar.querySelector('[data-player-wave]'), at, total());
  bar.querySelector('[data-time]').textContent = clock(at);
  bar.querySelector('[data-dur]').textContent = clock(total());
  for (const w of document.querySelectorAll(`[data-wave="${CSS.escape(t.code)}"]`)) paintWave(w, at, total());
  for (const c of document.querySelectorAll(`[data-wave-clock="${CSS.escape(t.code)}"] [data-time]`)) c.textContent = clock(at);
}

function remember() {
  try { sessionStorage.setItem(KEY, JSON.stringify({ queue, index, at: audio.currentTime, on: !audio.paused, volume: audio.volume })); } catch { /* full or forbidden: nothing is remembered */ }
}

function recall() {
  let kept;
  try { kept = JSON.parse(sessionStorage.getItem(KEY)); } catch { return; }
  if (!kept?.queue?.[kept.index]) return;
  queue = kept.queue;
  audio.volume = kept.volume ?? 1;
  bar.querySelector('[data-volume]').value = audio.volume * 100;
  load(kept.index, { play: false, at: kept.at });
  if (kept.on) toast(say('resume', { title: current().title }), { action: say('resume_yes'), onAction: start });
}

function drawQueue() {
  const list = bar.querySelector('#queue ol');
  list.replaceChildren(...queue.map((t, i) => row(t, i)));
  if (!queue.length) list.append(Object.assign(document.createElement('li'), { textContent: say('queue_empty') }));
}

function row(t, i) {
  const li = document.createElement('li');
  if (i === index) li.setAttribute('aria-current', 'true');
  const go = Object.assign(document.createElement('button'), { type: 'button', className: 'go' });
  for (const [text, lang] of [[t.title, t.titleLang], [t.artist, t.artistLang]]) {
    const line = Object.assign(document.createElement('span'), { textContent: text });
    if (lang) line.lang = lang;
    go.append(line);
  }
  go.addEventListener('click', () => load(i));
  const drop = Object.assign(document.createElement('button'), { type: 'button', className: 'icon-btn', textContent: '×' });
  drop.setAttribute('aria-label', say('remove', { title: t.title }));
  drop.hidden = i === index;
  drop.addEventListener('click', () => { queue.splice(i, 1); if (i < index) index -= 1; drawQueue(); paint(); remember(); });
  li.append(go, drop);
  return li;
}

function onClick(e) {
  const button = e.target.closest('[data-play]');
  if (!button) return undefined;
  if (button.dataset.code === current()?.code) return toggle();
  queue = gather(button);
  return load(queue.findIndex((t) => t.code === button.dataset.code));
}

const toggle = () => (audio.paused ? start() : audio.pause());
const previous = () => (audio.currentTime > 4 || index === 0 ? seek(0) : load(index - 1));
function seek(at) { audio.currentTime = at; progress(); remember(); }

function onWave(e) {
  const input = e.target;
  if (input.closest('[data-player-wave]')) return seek(Number(input.value));
  const wave = input.closest('[data-wave]');
  if (!wave) return undefined;
  if (wave.dataset.wave === current()?.code) return seek(Number(input.value));
  const button = document.querySelector(`[data-play="${CSS.escape(wave.dataset.wave)}"]`);
  if (!button) return undefined;
  queue = gather(button);
  return load(queue.findIndex((t) => t.code === wave.dataset.wave), { at: Number(input.value) });
}

function onKey(e) {
  const busy = 'input:not([type=range], [type=radio], [type=checkbox]), textarea, select, button, a, summary, [contenteditable], dialog, video, audio';
  if (e.code !== 'Space' || e.isComposing || e.ctrlKey || e.metaKey || e.altKey || e.target.closest(busy) || document.querySelector('[data-deck]') || !current()) return;
  e.preventDefault();
  toggle();
}

function wireSession() {
  if (!('mediaSession' in navigator)) return;
  const handlers = {
    play: start, pause: () => audio.pause(), stop: () => audio.pause(), previoustrack: previous, nexttrack: () => load(index + 1),
    seekbackward: (d) => seek(Math.max(0, audio.currentTime - (d.seekOffset || 10))), seekforward: (d) => seek(audio.currentTime + (d.seekOffset || 10)),
    seekto: (d) => seek(d.seekTime),
  };
  for (const [name, handler] of Object.entries(handlers)) {
    try { navigator.mediaSession.setActionHandler(name, handler); } catch { /* this browser does not know the action */ }
  }
}

function wireAudio() {
  for (const name of ['play', 'pause']) audio.addEventListener(name, () => { paint(); remember(); });
  audio.addEventListener('play', () => { wireSession(); if (current()) session(current()); });  // a film may have held the media keys
  for (const name of ['timeupdate', 'loadedmetadata', 'seeked']) audio.addEventListener(name, progress);
  audio.addEventListener('ended', () => { reporter.close(current()?.code, audio.duration); if (index < queue.length - 1) load(index + 1); else paint(); });
  audio.addEventListener('error', () => { if (audio.error && audio.getAttribute('src')) fail(); });
  audio.addEventListener('loadedmetadata', () => {
    if ('mediaSession' in navigator && total()) navigator.mediaSession.setPositionState?.({ duration: total(), position: Math.min(audio.currentTime, total()) });
  });
  audio.addEventListener('timeupdate', () => reporter.heard(current()?.code, audio));
  audio.addEventListener('pause', () => reporter.pause(current()?.code, audio.currentTime));
}

export function startPlayer() {
  bar = document.getElementById('player');
  if (!bar) return;
  audio = bar.querySelector('audio');
  reporter = new Reporter(bar.dataset.sessions, bar.dataset.plays);
  wireAudio();
  wireSession();
  bar.querySelector('[data-toggle]').addEventListener('click', toggle);
  bar.querySelector('[data-prev]').addEventListener('click', previous);
  bar.querySelector('[data-next]').addEventListener('click', () => load(index + 1));
  bar.querySelector('[data-volume]').addEventListener('input', (e) => { audio.volume = e.target.value / 100; remember(); });
  for (const b of bar.querySelectorAll('[data-queue-toggle]')) b.addEventListener('click', toggleQueue);
  bar.addEventListener('keydown', (e) => { if (e.key === 'Escape' && !bar.querySelector('#queue').hidden) toggleQueue(); });
  document.addEventListener('click', onClick);
  document.addEventListener('input', onWave);
  document.addEventListener('keydown', onKey);
  document.addEventListener('spotlight:page', () => { paint(); progress(); });
  document.addEventListener('spotlight:language', () => { drawQueue(); paint(); });
  document.addEventListener('spotlight:deck-plays', () => audio.pause());
  window.addEventListener('pagehide', () => { remember(); reporter.close(current()?.code, audio.currentTime, { leaving: true }); });
  setInterval(() => { if (!audio.paused) remember(); }, 2000);
  recall();
}

function toggleQueue() {
  const box = bar.querySelector('#queue');
  const opener = bar.querySelector('.extra [data-queue-toggle]');
  box.hidden = !box.hidden;
  opener.setAttribute('aria-expanded', String(!box.hidden));
  if (box.hidden) opener.focus(); else box.querySelector('[aria-current] .go, .go')?.focus();
}
