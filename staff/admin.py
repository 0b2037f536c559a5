import logging

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from post_office.admin import LogInline
from post_office.models import STATUS, Email, EmailTemplate
from post_office.models import Log as MailLog

from staff.models import User

AUDIT = logging.getLogger("audit")

# Groups follow staff/roles.py; mail templates are files; the log stands beside each mail, whose words are nobody's but its reader's.
for model in (Group, Email, EmailTemplate, MailLog):
    admin.site.unregister(model)


class MailLogInline(LogInline):
    def has_view_permission(self, request, obj=None):
        return True


@admin.register(Email)
class MailAdmin(admin.ModelAdmin):
    """Whether mail went out and why not; to send again, never to read."""

    list_display = ["recipient", "subject", "status", "last_updated", "number_of_retries"]
    list_filter = ["status"]
    search_fields = ["to"]
    fields = ["recipient", "subject", "status", "created", "last_updated", "number_of_retries"]
    inlines = [MailLogInline]
    change_form_template = "admin/change_form.html"
    actions = ["send_again"]

    def changelist_view(self, request, extra_context=None):
        AUDIT.info("addresses of mails opened", extra={"request": request})
        return super().changelist_view(request, extra_context)

    def has_add_permission(self, request):
        return False

    has_change_permission = has_delete_permission = lambda self, request, obj=None: False

    @admin.display(description=_("To"))
    def recipient(self, obj):
        return ", ".join(obj.to)

    @admin.action(description=_("Send again"), permissions=["view"])
    def send_again(self, request, queryset):
        count = queryset.filter(status=STATUS.failed).update(status=STATUS.queued, number_of_retries=0)
        messages.info(request, gettext("Mails that will be sent again: %(count)s") % {"count": count})


@admin.register(User)
class StaffAdmin(admin.ModelAdmin):
    """Accounts: invited by mail, changed, shut; never deleted, because the history names them."""

    list_display = ["username", "email", "role", "office", "language", "is_active", "has_second_factor", "last_login"]
    list_filter = ["role", "is_active"]
    list_select_related = ["office"]
    search_fields = ["username", "email", "last_name", "first_name"]
    ordering = ["username"]
    actions = ["send_invitations", "reset_second_factors"]
    fieldsets = [
        (None, {"fields": ["email", ("last_name", "first_name"), "language", "wants_morning_mail"]}),
        (_("Rights"), {"fields": ["role", "office", "keeps_consents", "is_active"]}),
    ]
    OWN = ("role", "office", "keeps_consents", "is_active")

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("authenticator_set")

    def get_readonly_fields(self, request, obj=None):
        return self.OWN if obj == request.user else ()

    def has_delete_permission(self, request, obj=None):
        return False

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        form.base_fields["email"].required = True
        return form

    @admin.display(boolean=True, description=_("second factor"))
    def has_second_factor(self, obj):
        return bool(obj.authenticator_set.all())

    @transaction.atomic
    def save_model(self, request, obj, form, change):
        if not change:
            obj.username, obj.is_staff = obj.email, True
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        facts = {"account": obj.pk, "fields": form.changed_data, "role_now": obj.role, "is_active": obj.is_active}
        AUDIT.warning("account changed" if change else "account added", extra={"request": request, "facts": facts})
        if not change:
            obj.send_invitation()
            messages.info(request, gettext("An invitation was mailed to %(email)s.") % {"email": obj.email})

    @admin.action(description=_("Send the invitation again"))
    def send_invitations(self, request, queryset):
        for user in queryset.filter(is_active=True):
            user.send_invitation()
            AUDIT.warning("invitation sent", extra={"request": request, "row": user})
        messages.info(request, gettext("Invitations were mailed."))

    @admin.action(description=_("Reset the second factor (lost phone)"))
    def reset_second_factors(self, request, queryset):
        """Nobody resets their own: that needs another administrator."""
        for user in queryset.exclude(pk=request.user.pk):
            user.reset_mfa(by=request.user.get_username())
            AUDIT.warning("second factors reset", extra={"request": request, "row": user})
        messages.info(request, gettext("Second factors were reset; the accounts and all administrators were told by mail."))
