// An episode's film and its words: chapters and transcript follow the playing time, their links seek. Without this, the links
// load the page anew at their time. The music player and the films give way to each other.
const mark = (el, on) => { if (on) el.setAttribute('aria-current', 'true'); else el.removeAttribute('aria-current'); };

function follow(box, media) {
  const lines = [...box.querySelectorAll('[data-transcript] [data-start]')];
  const chapters = [...box.querySelectorAll('.chapters [data-seek]')];
  const paint = () => {
    const at = media.currentTime + 0.05;
    const begun = at > 0.2 || !media.paused;
    for (const line of lines) mark(line, begun && at >= +line.dataset.start && at < +line.dataset.end + 0.4);
    const current = begun ? chapters.findLast((link) => at >= +link.dataset.seek) : null;
    for (const link of chapters) mark(link, link === current);
  };
  for (const name of ['timeupdate', 'seeked', 'play']) media.addEventListener(name, paint);
}

function seek(box, media, e) {
  const link = e.target.closest('[data-seek]');
  if (!link || e.defaultPrevented || e.button || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
  e.preventDefault();
  media.currentTime = +link.dataset.seek;
  media.play();
  if (link.closest('.chapters')) return;
  const { top, bottom } = media.getBoundingClientRect();
  if (bottom < 0 || top > innerHeight) media.scrollIntoView({ block: 'start', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
}

// What the lock screen and media keys show while the film plays; the music player puts its own back when it goes on.
function announce(box, media) {
  if (!('mediaSession' in navigator) || !window.MediaMetadata) return;
  const { title, artist, album, artwork } = box.dataset;
  navigator.mediaSession.metadata = new MediaMetadata({ title, artist, album, artwork: artwork ? [{ src: artwork }] : [] });
  const go = (step) => () => { media.currentTime = Math.max(0, media.currentTime + step); };
  const handlers = { play: () => media.play(), pause: () => media.pause(), seekbackward: go(-10), seekforward: go(10), seekto: (to) => { media.currentTime = to.seekTime; }, stop: () => media.pause(), previoustrack: null, nexttrack: null };
  for (const [name, handler] of Object.entries(handlers)) navigator.mediaSession.setActionHandler(name, handler);
}

function giveWay(media) {
  media.addEventListener('play', () => {
    document.dispatchEvent(new CustomEvent('spotlight:deck-plays'));
    for (const other of document.querySelectorAll('main video, main audio')) if (other !== media) other.pause();
  });
  const music = document.querySelector('#player audio');
  music?.addEventListener('play', () => media.pause());
}

export function enhanceEpisodes(root) {
  for (const box of root.querySelectorAll('[data-episode]')) {
    const media = box.querySelector('[data-episode-media]');
    for (const each of box.querySelectorAll('video, audio')) giveWay(each);
    if (!media) continue;
    follow(box, media);
    media.addEventListener('play', () => announce(box, media));
    box.addEventListener('click', (e) => seek(box, media, e));
  }
}
