// The shell around <main>: boosted links and forms swap <main> only, so the player outside it goes on. Everything else that a new
// page says about itself (language, navigation, messages, theme, forgery token) is taken over from the response here.
import { loadTexts, say } from './texts.js';
import { expire } from './toast.js';

const parser = new DOMParser();
// Asked of the text, because a page of another shell must not even be parsed here: its inline styles would offend our policy.
const shellOf = (text) => /<body[^>]*\sdata-shell="(\w+)"/.exec(text)?.[1];
let pending = null;
let loadingTimer;

const isPage = (text) => /^\s*(<!--[\s\S]*?-->\s*)*<!doctype html/i.test(text);

function leave(detail) {
  const path = detail.xhr.responseURL || detail.pathInfo?.finalRequestPath;
  const same = detail.requestConfig?.verb === 'get';
  window.location.assign(same ? detail.pathInfo?.finalRequestPath ?? path : path);
}

function beforeSwap(e) {
  const { detail } = e;
  const text = detail.serverResponse ?? '';
  if (!detail.boosted) return refuseStrayPage(e, text);
  if (shellOf(text) !== document.body.dataset.shell) {
    detail.shouldSwap = false;
    leave(detail);
    return undefined;
  }
  pending = parser.parseFromString(text, 'text/html');
  detail.target = document.getElementById('main');
  detail.selectOverride = '#main';
  detail.swapOverride = 'outerHTML show:none';
  return undefined;
}

// A fragment request that was answered with a whole page (signed out, refused, gone): show the page instead of nesting it.
function refuseStrayPage(e, text) {
  const { detail } = e;
  if (!isPage(text) || detail.select || detail.elt?.closest('[hx-select]')) return;
  detail.shouldSwap = false;
  if (detail.xhr.status < 400) window.location.assign(detail.xhr.responseURL);
  else document.dispatchEvent(new CustomEvent('spotlight:failed', { detail: { status: detail.xhr.status } }));
}

function takeOver(doc) {
  document.documentElement.lang = doc.documentElement.lang;
  for (const id of ['demo-bar', 'masthead', 'foot']) replace(doc, id);
  document.body.setAttribute('hx-headers', doc.body.getAttribute('hx-headers') ?? '{}');
  const words = doc.getElementById('script-texts');
  if (words) { document.getElementById('script-texts').textContent = words.textContent; loadTexts(doc); }
  takeHead(doc);
  takeLabels(doc);
  for (const toast of doc.querySelectorAll('#toasts > .toast')) {
    const own = document.importNode(toast, true);
    document.getElementById('toasts').append(own);
    if (own.dataset.level !== 'error') expire(own);
  }
}

function replace(doc, id) {
  const next = doc.getElementById(id);
  const mine = document.getElementById(id);
  if (!next || !mine) return;
  const fresh = document.importNode(next, true);
  mine.replaceWith(fresh);
  window.htmx.process(fresh);
}

// Words outside <main> that stay: each element with data-word takes over those of its twin.
function takeLabels(doc) {
  for (const el of document.querySelectorAll('[data-word]')) {
    const twin = doc.querySelector(`[data-word="${el.dataset.word}"]`);
    if (!twin) continue;
    if (twin.hasAttribute('aria-label')) el.setAttribute('aria-label', twin.getAttribute('aria-label'));
    else el.textContent = twin.textContent;
  }
  document.dispatchEvent(new CustomEvent('spotlight:language'));
}

function takeHead(doc) {
  const brand = 'link[data-brand-stylesheet]';
  const next = doc.querySelector(brand);
  const mine = document.querySelector(brand);
  if (next?.getAttribute('href') !== mine?.getAttribute('href')) {
    mine?.remove();
    if (next) document.head.append(document.importNode(next));
  }
  const have = new Set([...document.head.querySelectorAll('link[rel=stylesheet], script[src]')].map((el) => el.href || el.src));
  for (const el of doc.head.querySelectorAll('link[rel=stylesheet], script[src]')) {
    const url = new URL(el.getAttribute('href') ?? el.getAttribute('src'), location.href).href;
    if (!have.has(url)) document.head.append(el.tagName === 'LINK' ? document.importNode(el) : script(el, url));
  }
  for (const el of document.head.querySelectorAll('link[rel=canonical], link[rel=alternate], meta[name=description], meta[property]')) el.remove();
  for (const el of doc.head.querySelectorAll('link[rel=canonical], link[rel=alternate], meta[name=description], meta[property]')) document.head.append(document.importNode(el));
}

function script(el, src) {
  return Object.assign(document.createElement('script'), { src, type: el.type || 'text/javascript' });
}

// After a swap: a screen reader hears the new title, the keyboard starts at the new heading, the page at its top or its #part.
function arrive({ restored = false } = {}) {
  const main = document.getElementById('main');
  const part = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const heading = part || main.querySelector('[data-autofocus]:not([data-no-autofocus] *)') || main.querySelector('h1') || main;
  if (!heading.hasAttribute('tabindex') && !heading.matches('a, button, input, select, textarea')) heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  if (part) part.scrollIntoView();
  else if (restored) window.scrollTo({ top: scrolls[location.href] ?? 0, behavior: 'instant' });
  else window.scrollTo({ top: 0, behavior: 'instant' });
  document.getElementById('announcer').textContent = say('loaded', { title: document.title });
}

const scrolls = {};

// A page that a script already has: shown as if its link had been followed, without a request.
export function show(text, url) {
  pending = parser.parseFromString(text, 'text/html');
  scrolls[location.href] = window.scrollY;
  history.pushState({ htmx: true }, '', url);
  window.htmx.swap('#main', text, { swapStyle: 'outerHTML', swapDelay: 0, settleDelay: 0, ignoreTitle: true }, { select: '#main' });
}

export function startShell(enhance) {
  const { body } = document;
  body.addEventListener('htmx:beforeSwap', beforeSwap);
  body.addEventListener('htmx:beforeRequest', (e) => {
    scrolls[location.href] = window.scrollY;
    if (e.detail.boosted) loadingTimer = setTimeout(() => document.getElementById('loading')?.setAttribute('data-on', ''), 300);
  });
  body.addEventListener('htmx:afterRequest', () => { clearTimeout(loadingTimer); document.getElementById('loading')?.removeAttribute('data-on'); });
  body.addEventListener('htmx:afterSettle', (e) => {
    if (pending && e.detail.target?.id !== 'main' && e.target.id !== 'main') return;
    if (!pending) { enhance(e.target.parentElement ?? document); return; }
    const doc = pending;
    pending = null;
    document.title = doc.title;
    takeOver(doc);
    enhance(document);
    document.dispatchEvent(new CustomEvent('spotlight:page'));
    arrive();
  });
  body.addEventListener('htmx:historyCacheMissLoad', (e) => { pending = null; restored = parser.parseFromString(e.detail.response, 'text/html'); });
  body.addEventListener('htmx:historyRestore', () => {
    if (!restored) return;
    document.title = restored.title;
    takeOver(restored);
    restored = null;
    enhance(document);
    document.dispatchEvent(new CustomEvent('spotlight:page'));
    arrive({ restored: true });
  });
  body.addEventListener('htmx:sendError', (e) => failed(e));
  document.addEventListener('spotlight:failed', failed);
  for (const toast of document.querySelectorAll('#toasts > .toast:not([data-level=error])')) expire(toast);
}

let restored = null;

function failed() {
  const el = Object.assign(document.createElement('div'), { className: 'toast' });
  el.setAttribute('role', 'alert');
  el.append(Object.assign(document.createElement('span'), { textContent: say('failed') }));
  const close = Object.assign(document.createElement('button'), { type: 'button', className: 'icon-btn', textContent: '×' });
  close.dataset.dismiss = '';
  close.setAttribute('aria-label', say('dismiss'));
  el.append(close);
  document.getElementById('toasts')?.append(el);
}
