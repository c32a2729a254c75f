"""An app of the chaos suite alone: kinds of work whose effects can be counted afterwards."""
