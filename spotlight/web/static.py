"""Static files under names that carry their digest, so that browsers may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Also rewrites the imports between ES modules; a file that is missing keeps its plain name."""

    support_js_module_import_aggregation = True
    manifest_strict = False
