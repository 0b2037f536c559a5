from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Hashed names that ES modules follow in their relative imports, too."""

    support_js_module_import_aggregation = True
