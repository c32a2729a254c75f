from judging.models.calibration import CalibrationSheet, CalibrationTrack
from judging.models.cut import Award, Cut, Decision, Prize
from judging.models.panel import Assignment, Conflict, Remark, Ruling, Score, ScoreSheet, Seat, SheetVersion
from judging.models.popularity import ImportBatch, ImportRejection, Reading, Source
from judging.models.proof import Proof, Witness
from judging.models.removal import JointRemoval, MoveUp, Removal
from judging.models.round import Criterion, Entry, Metric, Round
from judging.models.scouting import Introduction, Shortlisted
from judging.models.source import Push, SourceDay, SourceKey, Total
from judging.models.standings import (
    ChartRow,
    ChartWeek,
    Release,
    RoundReading,
    RoundRules,
    RoundSheet,
    Standing,
    Standings,
)
from judging.models.suspicion import Suspicion, SuspicionDecision
from judging.models.tallies import ReadingMarket, SheetBlock, StaleSheet, StaleTrack, TallyBlock

__all__ = [
    "Assignment",
    "Award",
    "CalibrationSheet",
    "CalibrationTrack",
    "ChartRow",
    "ChartWeek",
    "Conflict",
    "Criterion",
    "Cut",
    "Decision",
    "Entry",
    "ImportBatch",
    "ImportRejection",
    "Introduction",
    "JointRemoval",
    "Metric",
    "MoveUp",
    "Prize",
    "Proof",
    "Push",
    "Reading",
    "ReadingMarket",
    "Release",
    "Remark",
    "Removal",
    "Round",
    "RoundReading",
    "RoundRules",
    "RoundSheet",
    "Ruling",
    "Score",
    "ScoreSheet",
    "Seat",
    "SheetBlock",
    "SheetVersion",
    "Shortlisted",
    "Source",
    "SourceDay",
    "SourceKey",
    "StaleSheet",
    "StaleTrack",
    "Standing",
    "Standings",
    "Suspicion",
    "SuspicionDecision",
    "TallyBlock",
    "Total",
    "Witness",
]
