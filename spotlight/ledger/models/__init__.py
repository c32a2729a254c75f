from spotlight.ledger.models.clock import Clock
from spotlight.ledger.models.event import Event
from spotlight.ledger.models.file import StoredFile, Upload
from spotlight.ledger.models.mail import Mail
from spotlight.ledger.models.seal import Seal, Unsealed
from spotlight.ledger.models.work import WorkRow

__all__ = ["Clock", "Event", "Mail", "Seal", "StoredFile", "Unsealed", "Upload", "WorkRow"]
