"""Audio, as plain Python: what is in a file, is it fit to enter, and a copy fit to stream.

``process`` and ``probe`` read files of strangers and therefore decode in a child process of their own, under limits.
``cut_clip`` and ``fingerprint_of`` read only renditions that ``process`` wrote. Nothing here knows Django, the clock, settings or languages:
what is refused is a ``Refusal`` with a reason code and the numbers that a sentence needs.
"""

from submissions.audio.clips import ClipOutsideTrack, cut_clip
from submissions.audio.fingerprint import bits_of, fingerprint_of
from submissions.audio.likeness import Likeness, Sieve, compare
from submissions.audio.limits import Limits
from submissions.audio.report import Probe, Reason, Refusal, Report, Tags
from submissions.audio.sandbox import Interrupted, probe, process
from submissions.audio.waveform import Waveform

__all__ = [
    "ClipOutsideTrack",
    "Interrupted",
    "Likeness",
    "Limits",
    "Probe",
    "Reason",
    "Refusal",
    "Report",
    "Sieve",
    "Tags",
    "Waveform",
    "bits_of",
    "compare",
    "cut_clip",
    "fingerprint_of",
    "probe",
    "process",
]
