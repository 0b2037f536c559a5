from django.contrib import admin

from search.models import Term


@admin.register(Term)
class TermAdmin(admin.ModelAdmin):
    list_display = ["word_ja", "reading", "word_en"]
    search_fields = ["word_ja", "reading", "word_en"]
