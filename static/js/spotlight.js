// Entry module. Enhancements find their own hooks; each is safe to run again after a swap, and leaves alone what it does not know.
import { enhanceTimes } from './times.js';
import { startShell } from './shell.js';
import { startPlayer } from './player.js';
import { enhanceDecks } from './deck.js';
import { enhanceCuts } from './wave.js';
import { enhanceAutosave } from './autosave.js';
import { enhanceUploads } from './upload.js';
import { enhanceJudging } from './judge.js';
import { enhanceClearance } from './clearance.js';
import { startDialogs } from './dialog.js';
import { startSharing, enhanceSharing } from './share.js';
import { startTheme, paintTheme } from './theme.js';
import { enhanceEpisodes } from './episode.js';

document.documentElement.classList.add('js');

function enhance(root) {
  for (const el of root.querySelectorAll('[data-var-len]')) el.style.setProperty('--len', el.dataset.varLen);
  enhanceTimes(root);
  enhanceDecks(root);
  enhanceCuts(root);
  enhanceAutosave(root);
  enhanceUploads(root);
  enhanceJudging(root);
  enhanceClearance(root);
  enhanceSharing(root);
  enhanceEpisodes(root);
  paintTheme();
  root.querySelector('[data-autofocus]:not([data-no-autofocus] *)')?.focus();
}

startTheme();
startDialogs();
startSharing();
startPlayer();
startShell(enhance);
enhance(document);
