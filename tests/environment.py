"""Read before the settings: tests keep their files in a folder of their own, which goes when they end."""

import atexit
import os
import shutil
import tempfile

os.environ["VAR"] = tempfile.mkdtemp(prefix="tcg-test-")
os.mkdir(os.path.join(os.environ["VAR"], "static"))
os.environ["STAFF_MFA"] = "off"  # the tests of sign-in turn it on
os.environ["SITE_ORIGIN"] = "http://127.0.0.1:8000"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the browser driver runs a loop in the test's thread
atexit.register(shutil.rmtree, os.environ["VAR"], ignore_errors=True)
