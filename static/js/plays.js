// Reports of listening. A session per started track (POST /plays/sessions {track} -> {session}); events of seconds really listened,
// in batches of at most 20 or every 5 s; what is left goes by beacon when the page goes away. Times are the reader's clock, the server
// has its own.
import { csrf } from './texts.js';

const BATCH = 20, WAIT = 5000, EVERY = 10;

export class Reporter {
  constructor(sessions, plays) {
    this.sessions = sessions;
    this.plays = plays;
    this.waiting = [];
    this.open = null;
    document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') this.flush({ leaving: true }); });
  }

  // Called at each timeupdate: adds what was heard since the last one; jumps (seeking) and pauses add nothing.
  heard(code, audio) {
    if (!code) return;
    if (!this.open || this.open.track !== code) this.begin(code, audio.currentTime);
    const now = performance.now();
    const step = audio.currentTime - this.open.at, wall = (now - this.open.wall) / 1000;
    if (!audio.paused && step > 0 && step <= wall * audio.playbackRate + 0.5) this.open.listened += step;
    this.open.at = audio.currentTime;
    this.open.wall = now;
    if (this.open.listened - this.open.reported >= EVERY) this.note(audio.currentTime);
  }

  begin(track, at) {
    const open = { track, session: null, listened: 0, reported: 0, at, wall: performance.now() };
    this.open = open;
    open.ready = fetch(this.sessions, { method: 'POST', headers: this.headers(), body: JSON.stringify({ track }), credentials: 'same-origin' })
      .then((r) => (r.ok ? r.json() : null)).then((data) => { open.session = data?.session ?? null; }).catch(() => {});
  }

  note(position, open = this.open) {
    if (!open || open.listened <= open.reported) return;
    open.reported = open.listened;
    this.waiting.push({ open, event: { track: open.track, position: round(position), listened: round(open.listened), at: Date.now() } });
    if (this.waiting.length >= BATCH) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), WAIT);
  }

  pause(code, position) { if (this.open?.track === code) this.note(position); }

  close(code, position, { leaving = false } = {}) {
    if (this.open?.track === code) { this.note(position || 0); this.open = null; }
    if (leaving) this.flush({ leaving: true });
  }

  async flush({ leaving = false } = {}) {
    clearTimeout(this.timer);
    this.timer = undefined;
    const batch = this.waiting.splice(0, BATCH);
    if (!batch.length) return;
    if (!leaving) await Promise.all(batch.map(({ open }) => open.ready));
    const events = batch.filter(({ open }) => open.session).map(({ open, event }) => ({ session: open.session, ...event }));
    if (!events.length) return;
    const body = JSON.stringify({ events });
    if (leaving && navigator.sendBeacon?.(this.plays, new Blob([body], { type: 'application/json' }))) return;
    fetch(this.plays, { method: 'POST', headers: this.headers(), body, keepalive: true, credentials: 'same-origin' })
      .then((r) => { if (r.status >= 500) throw new Error(); })
      .catch(() => { this.waiting.unshift(...batch); this.timer ??= setTimeout(() => this.flush(), WAIT * 3); });
    if (this.waiting.length) this.timer = setTimeout(() => this.flush(), 0);
  }

  headers() { return { 'Content-Type': 'application/json', 'X-CSRFToken': csrf() }; }
}

const round = (n) => Math.round(n * 100) / 100;
