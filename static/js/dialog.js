// <form data-confirm="Question?">: asks before it is sent. Without script the form is sent at once, so the server asks where it matters.
// Runs in the capture phase, before htmx sees the submit.
import { say } from './texts.js';

const agreed = new WeakSet();

export function startDialogs() {
  document.addEventListener('submit', (e) => {
    const form = e.target;
    const question = e.submitter?.dataset.confirm ?? form.dataset.confirm;
    if (!question || agreed.delete(form)) return;
    e.preventDefault();
    e.stopImmediatePropagation();
    confirm(question, e.submitter?.textContent.trim()).then((yes) => {
      if (!yes) return;
      agreed.add(form);
      form.requestSubmit(e.submitter ?? undefined);
    });
  }, true);
  document.addEventListener('click', (e) => {
    for (const menu of document.querySelectorAll('details[data-menu][open]')) if (!menu.contains(e.target) || e.target.closest('a')) menu.open = false;
  });
  document.addEventListener('keydown', (e) => {
    if (e.key !== 'Escape') return;
    for (const menu of document.querySelectorAll('details[data-menu][open]')) { menu.open = false; menu.querySelector('summary').focus(); }
  });
}

function confirm(question, label) {
  const dialog = document.getElementById('confirm-dialog');
  if (!dialog) return Promise.resolve(window.confirm(question));
  dialog.querySelector('h2').textContent = question || say('sure');
  dialog.querySelector('[value=yes]').textContent = label || say('confirm');
  dialog.querySelector('[value=no]').textContent = say('cancel');
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener('close', () => done(dialog.returnValue === 'yes'), { once: true }));
}
