"""The only settings file; all that differs from place to place comes from the environment.

DATABASE_URL CACHE_URL EMAIL_URL SECRET_KEY DEBUG ALLOWED_HOSTS SITE_ORIGIN STORAGE_* STAFF_MFA PROXIES DEMO VAR.
``make run`` needs none of them.
"""

import secrets
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from django_prose_editor.config import DEFAULT_MENU_GROUPS, html_tags
from js_asset import static_lazy

from tokyo_career.lines import refuse_open_lines
from tokyo_career.logs import LOGGING  # noqa: F401
from tokyo_career.policy import CONTENT_SECURITY_POLICY, PERMISSIONS_POLICY, STAFF_POLICY, STYLE_HASHES, STYLESHEETS  # noqa: F401
from tokyo_career.policy import add_file_headers as WHITENOISE_ADD_HEADERS_FUNCTION  # noqa: F401, N812

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

VAR = Path(env.str("VAR", default=str(BASE_DIR / "var"))).resolve()
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=True)
SITE_ORIGIN = env.str("SITE_ORIGIN", default="http://127.0.0.1:8000").rstrip("/")
_origin = urlsplit(SITE_ORIGIN)
if _origin.scheme not in ("http", "https") or not _origin.hostname or _origin.path:
    raise ImproperlyConfigured(f"SITE_ORIGIN must look like https://example.org, not {SITE_ORIGIN!r}.")
IS_LOCAL = _origin.hostname in ("127.0.0.1", "localhost")
IS_HTTPS = _origin.scheme == "https"
STAFF_MFA = env.bool("STAFF_MFA", default=True)
if not STAFF_MFA and (IS_HTTPS or not IS_LOCAL):
    raise ImproperlyConfigured("STAFF_MFA may be off only where SITE_ORIGIN is http://127.0.0.1 or http://localhost.")


def local_secret() -> str:
    """The secret of a local start: read from VAR, made on the first start."""
    file = VAR / "secret_key"
    if not file.exists():
        VAR.mkdir(parents=True, exist_ok=True)
        file.write_text(secrets.token_urlsafe(50))
        file.chmod(0o600)
    return file.read_text().strip()


SECRET_KEY = env.str("SECRET_KEY", default="") or (local_secret() if IS_LOCAL else "")
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY must be set to at least 50 random characters.")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"] if IS_LOCAL else [_origin.hostname])

INSTALLED_APPS = [
    "modeltranslation",
    "core",
    "interviews",
    "faq",
    "steps",
    "agencies",
    "guide",
    "events",
    "desk",
    "pages",
    "search",
    "core.apps.StaffSiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.redirects",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.forms",
    "adminsortable2",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_countries",
    "django_prose_editor",
    "import_export",
    "phonenumber_field",
    "post_office",
    "reversion",
    "staff",
]
SITE_ID = 1

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.PublicHeaders",
    "django.middleware.gzip.GZipMiddleware",
    "core.middleware.BrotliMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.audit.Refusals",
    "core.middleware.SpeakPlainly",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "core.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "staff.middleware.StaffPages",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.redirects.middleware.RedirectFallbackMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "core.middleware.GoneMiddleware",
]
ROOT_URLCONF = "tokyo_career.urls"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
WSGI_APPLICATION = "tokyo_career.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["core.templatetags.core", "django.templatetags.i18n", "django.templatetags.static"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.views.site_wide",
            ],
        },
    }
]

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["OPTIONS"] = DATABASES["default"].get("OPTIONS", {}) | {
        "connect_timeout": 2,
        "tcp_user_timeout": 4000,
        "options": "-c statement_timeout=5s",
    }
    DATABASES["default"] |= {"ENGINE": "core.postgres", "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

KEPT_PAGES = env.int("KEPT_PAGES", default=16) * 1024 * 1024  # bytes of rendered pages that each worker keeps (core.pagecache)
SERVICE_WORKER = env.bool("SERVICE_WORKER", default=True)

# The database by default: limits on guessing hold across workers, which a cache in each worker would not give.
CACHES = {"default": env.cache("CACHE_URL", default="dbcache://cache")}

AUTH_USER_MODEL = "staff.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "staff.auth.NoContextWords"},
]
AUTHENTICATION_BACKENDS = ["staff.auth.RoleBackend"]
PASSWORD_RESET_TIMEOUT = 3 * 86_400
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("PROXIES", default=0 if IS_LOCAL else 1)
ACCOUNT_ADAPTER = "staff.auth.StaffAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[TOKYO CAREER GUIDE] "
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _origin.scheme
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
# The last lines are visitors' forms (core.visitors). People at an event share one network, so there the e-mail address counts.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip", "login_failed": "60/m/ip,5/300s/key", "private_minute": "10/m/ip", "private_hour": "60/h/ip",
    "ask_minute": "1/m/ip,1/m/key", "ask_hour": "5/h/ip,5/h/key", "apply_minute": "1/m/ip,1/m/key", "apply_hour": "5/h/ip,5/h/key",
    "register_minute": "60/m/ip,2/m/key", "register_hour": "300/h/ip,10/h/key",
}  # fmt: skip
MFA_ADAPTER = "staff.auth.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # one step of 30 seconds, as RFC 6238 (5.2) advises, for those who type slowly
MFA_TOTP_ISSUER = "TOKYO CAREER GUIDE"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS

LANGUAGE_CODE = "en"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
MODELTRANSLATION_DEFAULT_LANGUAGE = "ja"
MODELTRANSLATION_LANGUAGES = ("ja", "en")
MODELTRANSLATION_FALLBACK_LANGUAGES = {"default": ()}
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale_vendor"]
TIME_ZONE = "Asia/Tokyo"
COUNTRIES_OVERRIDE = {
    "TW": _("Taiwan"), "VN": _("Vietnam"), "KR": _("South Korea"), "GB": _("United Kingdom"), "US": _("United States"), "IR": _("Iran"),
    "HK": _("Hong Kong"), "LA": _("Laos"), "TR": _("Türkiye"), "RU": _("Russia"), "TZ": _("Tanzania"),
}  # fmt: skip

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR / "media"
FILE_UPLOAD_PERMISSIONS = 0o644
DATA_UPLOAD_MAX_MEMORY_SIZE = 60 * 1024 * 1024

_bucket = env.str("STORAGE_BUCKET", default="")
_s3 = {
    "bucket_name": _bucket,
    "endpoint_url": env.str("STORAGE_ENDPOINT", default=None),
    "access_key": env.str("STORAGE_KEY", default=None),
    "secret_key": env.str("STORAGE_SECRET", default=None),
    "addressing_style": "path",
    "default_acl": None,
    "file_overwrite": False,
}


def stored(folder: str, **options) -> dict:
    """A storage in the bucket when STORAGE_BUCKET is set, else in VAR."""
    if _bucket:
        return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {**_s3, "location": folder, **options}}
    place = {"location": VAR / folder, "base_url": MEDIA_URL if folder == "media" else None}
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": place}


STORAGES = {
    "default": stored("media", querystring_auth=False, custom_domain=_origin.netloc, url_protocol=f"{_origin.scheme}:"),
    "private": stored("private"),
    "staticfiles": {"BACKEND": "tokyo_career.storage.HashedStaticFiles"},
}
WHITENOISE_MAX_AGE = 3600
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_ALLOW_ALL_ORIGINS = False

STAFF_PATHS = ("/admin/", "/accounts/", "/preview/")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SESSION_COOKIE_NAME = "__Host-session" if IS_HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_HTTPS else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_AGE = 8 * 60 * 60
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "core.views.csrf_failure"

# Mail is a row in the running transaction, sent by ``deliver_mail``; a start on the own machine writes files.
EMAIL_CONFIG = env.email_url("EMAIL_URL", default=f"filemail:///{VAR / 'mail'}")
vars().update({name: value for name, value in EMAIL_CONFIG.items() if name.startswith("EMAIL_") and name != "EMAIL_BACKEND"})
EMAIL_BACKEND = "post_office.EmailBackend"
EMAIL_TIMEOUT = 10
_mail_host = "localhost" if IS_LOCAL else _origin.hostname
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("MAIL_FROM", default=f"TOKYO CAREER GUIDE <noreply@{_mail_host}>")
MAIL_DOMAIN = parseaddr(DEFAULT_FROM_EMAIL)[1].partition("@")[2]
POST_OFFICE = {
    "BACKENDS": {"default": EMAIL_CONFIG["EMAIL_BACKEND"]},
    "FILE_STORAGE": "private",
    "MESSAGE_ID_ENABLED": True,
    "MESSAGE_ID_FQDN": MAIL_DOMAIN,
}
DESK_MAIL = env.str("DESK_MAIL", default=f"desk@{_mail_host}")
if DESK_MAIL.count("@") != 1 or "+" in DESK_MAIL or " " in DESK_MAIL:
    raise ImproperlyConfigured(f"DESK_MAIL must be one plain address such as desk@example.org, not {DESK_MAIL!r}.")
SECURITY_MAIL = env.str("SECURITY_MAIL", default=f"security@{_mail_host}")  # named in /.well-known/security.txt
ANSWER_FINDER = "search.answers.answers_for"  # desk knows no other app; it reaches the search by this name

if IS_HTTPS:
    refuse_open_lines(DATABASES["default"], CACHES["default"], EMAIL_CONFIG, _s3["endpoint_url"])

# Days that personal data is kept: cases after their closing, registrations after the event, contact persons of applications.
RETENTION_CASES = env.int("RETENTION_CASES", default=365)
RETENTION_REGISTRATIONS = env.int("RETENTION_REGISTRATIONS", default=92)
RETENTION_APPLICATIONS = env.int("RETENTION_APPLICATIONS", default=365)

# Two marks of our own in the rich text editor, and what the sanitiser lets through for them.
DJANGO_PROSE_EDITOR_EXTENSIONS = [
    {
        "js": [static_lazy("js/phrases.js")],
        "extensions": {"PhraseLanguage": html_tags(["span"], {"span": ["lang"]}), "Reading": html_tags(["ruby", "rt", "span"])},
    }
]
DJANGO_PROSE_EDITOR_MENU_GROUPS = [*DEFAULT_MENU_GROUPS, {"group": "phrases"}]
LINK_CHECK_ALSO = env.list("LINK_CHECK_ALSO", default=[])  # host:port beyond public addresses on 80 and 443, for trying things out
