// Times: the server says them in the season's zone; the reader's own is added where it differs. Countdowns are kept true.
import { say } from './texts.js';

const STYLES = {
  datetime: { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  short: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  time: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
};

function offset(date, zone) {
  const parts = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(date);
  return parts.find((p) => p.type === 'timeZoneName').value;
}

export function enhanceTimes(root) {
  const mine = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const el of root.querySelectorAll('time[data-zoned]')) {
    const style = STYLES[el.dataset.zoned];
    const date = new Date(el.dateTime);
    if (!style || el.dataset.done || Number.isNaN(date.getTime())) continue;
    el.dataset.done = '1';
    if (offset(date, el.dataset.zone) === offset(date, mine)) continue;
    const { lang } = document.documentElement;
    const time = new Intl.DateTimeFormat(lang === 'en' ? 'en-GB' : lang, style).format(date);
    const own = Object.assign(document.createElement('span'), { className: 'own-time', textContent: ` (${say('your_time', { time })})` });
    el.append(own);
  }
  for (const el of root.querySelectorAll('[data-countdown]')) tick(el);
}

// The server's clock decides: data-now is its time when the page was made.
function tick(el) {
  el.ahead ??= el.dataset.now ? Date.parse(el.dataset.now) - Date.now() : 0;
  const minutes = Math.max(0, Math.floor((Date.parse(el.dataset.countdown) - Date.now() - el.ahead) / 60000));
  const values = { days: Math.floor(minutes / 1440), hours: String(Math.floor(minutes / 60) % 24).padStart(2, '0'), minutes: String(minutes % 60).padStart(2, '0') };
  for (const unit of el.querySelectorAll('[data-unit]')) unit.textContent = values[unit.dataset.unit];
}

setInterval(() => { for (const el of document.querySelectorAll('[data-countdown]')) tick(el); }, 60000);
