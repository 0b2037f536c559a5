from django.http import Http404

from core.links import attach_links, pager_of
from core.views import ContentDetailView, ContentListView
from faq.models import Category


class CategoryListView(ContentListView):
    model = Category

    def get_queryset(self):
        return super().get_queryset().with_counts()


class CategoryDetailView(ContentDetailView):
    """A topic with its answers; ``?open=<slug>`` shows one of them unfolded."""

    model = Category

    def get_context_data(self, **kwargs):
        questions = attach_links(self.object.questions.published().select_related("category").prefetch_related("figures"))
        wanted = self.request.GET.get("open", "")
        if wanted and wanted not in {question.slug for question in questions}:
            raise Http404(wanted)
        topics = list(Category.objects.published().for_cards().with_counts())
        schema = {"@type": "FAQPage", "mainEntity": [question.schema_org() for question in questions]}
        pager = pager_of(topics, self.object.slug)
        return super().get_context_data(questions=questions, topics=topics, opened=wanted, schema=schema, pager=pager, **kwargs)
