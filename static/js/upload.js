// Upload in pieces that survives a lost connection and a reload. [data-upload data-create="address"] holds a file input, a bar and words.
// POST create {name, size} -> 201 {"url", "offset"}; HEAD url -> Upload-Offset; PATCH url (application/offset+octet-stream, Upload-Offset)
// -> 204 + Upload-Offset; the last one (and a HEAD after it) also answers Upload-Done: an address whose page or fragment replaces this box.
// Without script the plain file input is sent with the form.
import { csrf, say } from './texts.js';

const CHUNK = 4 * 1024 * 1024;

export function enhanceUploads(root) {
  for (const drop of root.querySelectorAll('.drop:not([data-ready])')) dropzone(drop);
  for (const box of root.querySelectorAll('[data-upload]:not([data-ready])')) { box.dataset.ready = ''; new Upload(box); }
}

function dropzone(drop) {
  drop.dataset.ready = '';
  const set = (state) => { drop.dataset.state = state; };
  drop.addEventListener('dragover', (e) => { e.preventDefault(); set('over'); });
  drop.addEventListener('dragleave', () => set('idle'));
  drop.addEventListener('drop', (e) => {
    e.preventDefault();
    set('idle');
    const input = drop.querySelector('input[type=file]');
    if (!e.dataTransfer.files.length) return;
    input.files = e.dataTransfer.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  });
}

class Upload {
  constructor(box) {
    this.box = box;
    this.state = box.querySelector('[data-upload-state]');
    this.input = box.querySelector('input[type=file]');
    this.key = `spotlight-upload:${box.dataset.create}`;
    this.$('pause').addEventListener('click', () => (this.running ? this.pause() : this.resume()));
    this.$('cancel').addEventListener('click', () => this.cancel());
    this.input.addEventListener('change', () => this.input.files[0] && this.choose(this.input.files[0]));
    window.addEventListener('online', () => { if (this.waiting && box.isConnected) this.resume(); });
    this.recall();
  }

  $(name) { return this.box.querySelector(`[data-upload-${name}]`); }

  recall() {
    const kept = this.kept();
    if (!kept) return;
    this.show('paused', kept.name);
    this.words(say('choose_again', { name: kept.name }));
  }

  kept() { try { return JSON.parse(localStorage.getItem(this.key)); } catch { return null; } }
  keep(value) { try { if (value) localStorage.setItem(this.key, JSON.stringify(value)); else localStorage.removeItem(this.key); } catch { /* forbidden */ } }

  async choose(file) {
    const limit = Number(this.box.dataset.limit);
    this.file = file;
    this.offset = 0;
    this.show('sending', file.name);
    if (limit && file.size > limit) return this.refuse(say('too_large', { size: size(file.size), limit: size(limit) }));
    this.started = null;
    const kept = this.kept();
    this.url = kept && kept.name === file.name && kept.size === file.size && kept.changed === file.lastModified ? kept.url : null;
    this.input.value = '';
    return this.resume();
  }

  async resume() {
    if (!this.file || this.running) return;
    this.running = true;
    this.waiting = false;
    this.tries = 0;
    this.show('sending', this.file.name);
    while (this.running) {
      try {
        if (await this.step()) return;
        this.tries = 0;
      } catch (e) {
        if (e instanceof Refused) { this.refuse(e.message); return; }
        await this.stumble();
      }
    }
  }

  // One move: create, ask where we are, or send a piece. True when all is there.
  async step() {
    if (!this.url) { await this.create(); return false; }
    if (this.unsure) return this.ask();
    this.started ??= { at: performance.now(), offset: this.offset };
    const piece = this.file.slice(this.offset, this.offset + CHUNK);
    const answer = await this.send('PATCH', this.url, piece, { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(this.offset) });
    if (answer.status === 409 && this.offset >= this.file.size) { this.finish(answer.header('Upload-Done')); return true; }
    if (answer.status === 409) { this.unsure = true; return false; }
    this.offset = Number(answer.header('Upload-Offset') ?? this.offset + piece.size);
    this.progress(this.offset);
    const done = answer.header('Upload-Done');
    if (done || this.offset >= this.file.size) { this.finish(done); return true; }
    return false;
  }

  async create() {
    const data = new FormData();
    data.set('name', this.file.name);
    data.set('size', String(this.file.size));
    const answer = await this.send('POST', this.box.dataset.create, data, { Accept: 'application/json' });
    const { url, offset } = JSON.parse(answer.text);
    this.url = url;
    this.offset = offset ?? 0;
    this.keep({ url, name: this.file.name, size: this.file.size, changed: this.file.lastModified });
  }

  async ask() {
    const answer = await this.send('HEAD', this.url, null, {}, [404, 410]);
    this.unsure = false;
    if (answer.status >= 400) { this.url = null; this.keep(null); return false; }
    this.offset = Number(answer.header('Upload-Offset') ?? 0);
    this.started = null;
    const done = answer.header('Upload-Done');
    if (done) this.finish(done);
    return Boolean(done);
  }

  // XMLHttpRequest, because fetch can't tell how much of a piece has gone out.
  send(method, url, body, headers, fine = []) {
    return new Promise((resolve, reject) => {
      const xhr = new XMLHttpRequest();
      this.xhr = xhr;
      xhr.open(method, url);
      xhr.timeout = 120000;
      for (const [name, value] of Object.entries({ 'X-CSRFToken': csrf(), ...headers })) xhr.setRequestHeader(name, value);
      if (method === 'PATCH') xhr.upload.onprogress = (e) => this.progress(this.offset + e.loaded);
      xhr.onerror = xhr.ontimeout = xhr.onabort = () => reject(new Error('network'));
      xhr.onload = () => {
        if (xhr.status < 400 || xhr.status === 409 || fine.includes(xhr.status)) resolve({ status: xhr.status, text: xhr.responseText, header: (n) => xhr.getResponseHeader(n) });
        else if (xhr.status >= 500 || xhr.status === 429) reject(new Error('later'));
        else if ([404, 410].includes(xhr.status) && method === 'PATCH') { this.url = null; this.keep(null); this.offset = 0; reject(new Error('gone')); }
        else reject(new Refused(reason(xhr)));
      };
      xhr.send(body);
    });
  }

  async stumble() {
    this.unsure = Boolean(this.url);
    if (!this.running) return;
    this.waiting = true;
    this.words(say('upload_offline', { percent: this.percent(this.offset) }));
    const wait = Math.min(1000 * 2 ** this.tries, 30000);
    this.tries += 1;
    await new Promise((done) => { setTimeout(done, wait); window.addEventListener('online', done, { once: true }); });
    this.waiting = false;
  }

  pause() {
    this.running = false;
    this.unsure = true;
    this.xhr?.abort();
    this.$('pause').textContent = say('resume_upload');
    this.words(say('paused', { percent: this.percent(this.offset) }));
    this.state.dataset.state = 'paused';
  }

  cancel() {
    this.running = false;
    this.xhr?.abort();
    if (this.url) fetch(this.url, { method: 'DELETE', headers: { 'X-CSRFToken': csrf() } }).catch(() => {});
    this.keep(null);
    this.file = this.url = null;
    this.state.hidden = true;
    this.input.focus();
  }

  async finish(href) {
    this.running = false;
    this.keep(null);
    this.show('done', this.file.name);
    this.words(say('upload_done', { name: this.file.name }));
    this.box.dispatchEvent(new CustomEvent('spotlight:uploaded', { bubbles: true, detail: { href, name: this.file.name } }));
    if (href) replaceWith(this.box, href);
  }

  refuse(message) {
    this.running = false;
    this.keep(null);
    this.url = null;
    this.show('error', this.file.name);
    this.words('');
    const error = this.$('error');
    error.textContent = say('upload_refused', { reason: message });
    error.hidden = false;
  }

  show(state, name) {
    this.state.hidden = false;
    this.state.dataset.state = state;
    this.$('name').textContent = name;
    this.$('error').hidden = true;
    const busy = state === 'sending';
    this.$('bar').hidden = !busy;
    this.$('pause').hidden = !busy;
    this.$('pause').textContent = say('pause_upload');
    this.$('cancel').hidden = !(busy || state === 'paused');
  }

  percent(sent) { return this.file?.size ? Math.floor((100 * sent) / this.file.size) : 0; }

  progress(sent) {
    this.$('bar').value = this.percent(sent);
    this.$('bar').textContent = `${this.percent(sent)} %`;
    const values = { done: size(sent), total: size(this.file.size) };
    const gone = this.started ? (performance.now() - this.started.at) / 1000 : 0;
    const speed = gone > 1 ? (sent - this.started.offset) / gone : 0;
    this.words(speed > 0 ? say('left', { ...values, time: left((this.file.size - sent) / speed) }) : say('sent', values));
  }

  // Spoken politely, so not at every byte: the line changes twice a second at most.
  words(text) {
    const now = performance.now();
    if (text && this.said && now - this.said < 500 && this.running && !this.waiting) return;
    this.said = now;
    this.$('words').textContent = text;
  }
}

class Refused extends Error {}

function reason(xhr) {
  try { const { error } = JSON.parse(xhr.responseText); return Object.values(error.fields ?? {}).flat()[0] ?? error.message; } catch { return `(${xhr.status})`; }
}

async function replaceWith(box, href) {
  const answer = await fetch(href, { credentials: 'same-origin', headers: { 'HX-Request': 'true' } }).catch(() => null);
  if (!answer?.ok || !box.isConnected) return;
  const doc = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const next = (box.id && doc.getElementById(box.id)) || (doc.getElementById('main') ? null : doc.body.firstElementChild);
  if (!next) return;
  const fresh = document.importNode(next, true);
  box.replaceWith(fresh);
  window.htmx?.process(fresh);
  enhanceUploads(fresh.parentElement);
}

function size(bytes) {
  const unit = bytes >= 1e6 ? 'megabyte' : 'kilobyte';
  return new Intl.NumberFormat(document.documentElement.lang, { style: 'unit', unit, maximumFractionDigits: bytes >= 1e6 ? 1 : 0 }).format(bytes / (bytes >= 1e6 ? 1e6 : 1e3));
}

function left(seconds) {
  return seconds < 90 ? say('seconds', { n: Math.max(1, Math.round(seconds)) }) : say('minutes_left', { n: Math.round(seconds / 60) });
}
