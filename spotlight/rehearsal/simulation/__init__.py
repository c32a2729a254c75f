"""PURE: who takes part in a rehearsal, what they do, and how well the rules found the best. Numbers in, numbers out.

The models are those with which the scoring method was chosen (docs/scoring.md, "How the default was chosen"): hidden
quality and appeal that go together a little, markets of unlike size, judges with leniency, spread, taste and noise.
"""
