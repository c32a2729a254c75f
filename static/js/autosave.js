// <form data-autosave[="address"]>: saves itself a moment after each change (POST of the form as JSON-answering request), says so in
// [data-save-state], puts errors beside their fields, keeps a copy while there is no connection and sends it when it is back.
// Answers: 200 {"saved_at": ISO, "version"?, "errors"?: {field: [sentence]}} · 400/422 {"error": {message, fields}} · 409 {"error"}.
import { reach } from './reach.js';
import { csrf, say } from './texts.js';
import { toast } from './toast.js';

const WAIT = 700;
const forms = new Map();

export function enhanceAutosave(root) {
  for (const form of forms.keys()) if (!form.isConnected) forms.delete(form);
  for (const form of root.querySelectorAll('form[data-autosave]')) if (!forms.has(form)) forms.set(form, new Autosave(form));
}

export const autosaveOf = (form) => forms.get(form);

class Autosave {
  constructor(form) {
    this.form = form;
    this.url = form.dataset.autosave || form.action;
    this.key = `spotlight-draft:${this.url}`;
    this.dirty = false;
    this.changed = new Set();
    this.wait = 2000;
    form.addEventListener('input', (e) => this.touched(e));
    form.addEventListener('change', (e) => this.touched(e, 150));
    form.addEventListener('submit', (e) => this.submitted(e), true);
    if (this.place()?.dataset.savedAt) this.saved(this.place().dataset.savedAt);
    this.restore();
  }

  // A submit waits for the save that is under way: both carry the version that the sheet was read at.
  submitted(e) {
    clearTimeout(this.timer);
    this.dirty = false;
    if (!this.saving) return;
    e.preventDefault();
    e.stopImmediatePropagation();
    const { submitter } = e;
    this.pending = () => this.form.requestSubmit(submitter);
  }

  touched(e, wait = WAIT) {
    if (this.conflict || e.target.type === 'file') return;
    this.dirty = true;
    this.changed.add(e.target.name);
    this.state('unsaved', say('unsaved'));
    this.keep();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), wait);
  }

  data() {
    const data = new FormData(this.form);
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    return data;
  }

  // A save that nobody asked for (what was heard): says nothing while it goes well.
  saveQuietly({ leaving = false } = {}) {
    if (this.dirty || this.saving || this.conflict) return;
    this.dirty = true;
    this.save({ quietly: true, leaving });
  }

  // What is kept elsewhere from now on (a sheet that waits to be filed) is not saved by this form any more.
  drop() {
    clearTimeout(this.timer);
    this.dirty = false;
    this.forget();
  }

  async save({ leaving = false, quietly = false } = {}) {
    if (!this.dirty || this.conflict) return undefined;
    if (this.saving) { this.again = true; return undefined; }
    clearTimeout(this.timer);
    this.saving = true;
    this.dirty = false;
    if (!quietly) this.state('saving', say('saving'));
    try {
      const answer = await reach(this.url, {
        method: 'POST', body: this.data(), keepalive: leaving,
        headers: { 'X-CSRFToken': csrf(), Accept: 'application/json', 'X-Autosave': '1' },
      });
      await this.answered(answer);
    } catch (problem) {
      this.offline(problem);
    }
    this.saving = false;
    if (this.pending) {
      const go = this.pending;
      this.pending = null; this.again = false; this.dirty = false;
      clearTimeout(this.timer);
      return go();
    }
    if (this.again) { this.again = false; this.dirty = true; this.save(); }
    return undefined;
  }

  async answered(answer) {
    const body = await answer.json().catch(() => ({}));
    this.wait = 2000;
    if (answer.status === 409) return this.conflicted(body);
    const errors = body.errors ?? body.error?.fields ?? {};
    this.errors(errors);
    if (!answer.ok) {
      this.dirty = true;
      return this.state('error', Object.keys(errors).length ? say('save_error') : say('save_refused', { reason: body.error?.message ?? '' }));
    }
    if (body.version !== undefined) for (const el of this.form.querySelectorAll('[name=version]')) el.value = body.version;
    if (!this.dirty) this.forget();
    if (Object.keys(errors).length) this.state('error', say('save_error'));
    else if (!this.dirty) this.saved(body.saved_at);
    this.form.dispatchEvent(new CustomEvent('spotlight:saved', { bubbles: true, detail: body }));
    return undefined;
  }

  // The time as the reader's clock says it.
  saved(at) {
    const time = new Intl.DateTimeFormat(document.documentElement.lang, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at ? new Date(at) : new Date());
    this.state('saved', say('saved', { time }));
  }

  conflicted(body) {
    this.conflict = true;
    this.forget();
    // data-conflict="submit": the page that answers the form shows both versions, so nothing is lost
    if (this.form.dataset.conflict === 'submit') { this.pending = () => this.form.requestSubmit(); return; }
    this.state('conflict', body.error?.message ?? say('conflict'));
    toast(body.error?.message ?? say('conflict'), { action: say('reload'), onAction: () => location.reload(), stay: true });
  }

  offline(problem) {
    this.dirty = true;
    this.keep();
    this.state('offline', say(problem.signedOut ? 'signed_out' : 'save_offline'));
    this.timer = setTimeout(() => this.save(), this.wait);
    this.wait = Math.min(this.wait * 2, 30000);
  }

  // What the server said of a field stands until that field is changed: a save of something else does not take it back.
  errors(fields) {
    for (const slot of this.form.querySelectorAll('[data-error-for]')) {
      if (!fields[slot.dataset.errorFor] && !this.changed.has(slot.dataset.errorFor)) continue;
      const messages = [fields[slot.dataset.errorFor] ?? []].flat().map((m) => m.message ?? m);
      slot.hidden = !messages.length;
      if (slot.matches('.err')) slot.textContent = messages.join(' ');
      else slot.replaceChildren(...messages.map((text) => Object.assign(document.createElement('span'), { className: 'err', textContent: text })));
      for (const el of this.form.querySelectorAll(`[name="${CSS.escape(slot.dataset.errorFor)}"]`)) {
        if (messages.length) { el.setAttribute('aria-invalid', 'true'); if (slot.id) el.setAttribute('aria-describedby', slot.id); } else el.removeAttribute('aria-invalid');
      }
    }
  }

  place() {
    return this.form.querySelector('[data-save-state]') ?? document.querySelector(`[data-save-state="${this.form.id}"]`) ?? document.querySelector('[data-save-state]');
  }

  state(state, text) {
    const own = this.place();
    if (!own) return;
    own.dataset.state = state;
    if (own.textContent !== text) own.textContent = text;
  }

  // A copy for the time without connection, on this device only; gone as soon as the server has it.
  keep() {
    const values = [...this.data()].filter(([name]) => name !== 'csrfmiddlewaretoken');
    try { localStorage.setItem(this.key, JSON.stringify({ at: Date.now(), values })); } catch { /* full or forbidden */ }
  }

  forget() { try { localStorage.removeItem(this.key); } catch { /* forbidden */ } }

  restore() {
    let kept;
    try { kept = JSON.parse(localStorage.getItem(this.key)); } catch { return; }
    if (!kept || Date.now() - kept.at > 7 * 86400000) return;
    const version = this.form.querySelector('[name=version]')?.value;
    const old = kept.values.find(([name]) => name === 'version')?.[1];
    // Written before the sheet was changed elsewhere: where the server shows both versions it goes there, with the version it was read at.
    if (version !== undefined && old !== version) {
      if (this.form.dataset.conflict !== 'submit' || old === undefined) { this.forget(); return; }
      for (const el of this.form.querySelectorAll('[name=version]')) el.value = old;
      for (const el of this.form.querySelectorAll('[type=radio], [type=checkbox]')) el.checked = false;
    }
    for (const [name, value] of kept.values) {
      for (const el of this.form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (el.type === 'radio' || el.type === 'checkbox') { if (el.value === value) el.checked = true; } else if (el.type !== 'file' && el.type !== 'hidden') el.value = value;
      }
    }
    this.dirty = true;
    this.form.dispatchEvent(new CustomEvent('spotlight:restored', { bubbles: true }));
    this.save();
  }
}

window.addEventListener('online', () => { for (const f of forms.values()) f.save(); });
window.addEventListener('beforeunload', (e) => { if ([...forms.values()].some((f) => f.form.isConnected && (f.dirty || f.saving))) e.preventDefault(); });
document.addEventListener('htmx:beforeRequest', (e) => { if (e.detail.boosted) for (const f of forms.values()) f.save({ leaving: true }); });
