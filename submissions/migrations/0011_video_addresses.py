"""Write the address of each video that was registered before addresses were compared.

Of several links to one video with one track, one gets the address (an accepted one before others, then the first); the
others stay as they are, without an address, and what was counted stays counted.
"""

from itertools import batched
from typing import Any

from django.db import migrations
from django.db.models import Case, Value, When

from submissions.models.video_address import video_address

ORDER = {"accepted": 0, "waiting": 1}


def write_addresses(apps: Any, editor: Any) -> None:
    Use = apps.get_model("submissions", "Use")
    whens = [When(state=state, then=Value(place)) for state, place in ORDER.items()]
    rows = Use.objects.filter(address="").order_by(Case(*whens, default=Value(2)), "pk")
    taken = set(Use.objects.exclude(address="").values_list("track_id", "address"))
    for some in batched(rows.only("track_id", "url").iterator(), 1000):
        for use in some:
            key = (use.track_id, video_address(use.url))
            use.address = "" if key in taken else key[1]
            taken.add(key)
        Use.objects.bulk_update(some, ["address"])


class Migration(migrations.Migration):
    dependencies = [("submissions", "0010_uses_by_rule")]
    operations = [migrations.RunPython(write_addresses, migrations.RunPython.noop)]
