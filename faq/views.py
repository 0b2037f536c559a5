from django.http import Http404

from core.links import attach_links, page_of, pager_of, with_page
from core.views import ContentDetailView, ContentListView
from faq.models import Category

PER_PAGE = 10


class CategoryListView(ContentListView):
    model = Category

    def get_queryset(self):
        return super().get_queryset().with_counts()


class CategoryDetailView(ContentDetailView):
    """A topic with its answers, ten a page; ``?open=<slug>`` shows one of them unfolded, on whatever page it stands."""

    model = Category

    def get_object(self, queryset=None):
        """The topic among all of them, which the page lists anyway; what is not there is told by the view of every detail."""
        self.topics = list(Category.objects.published().with_counts())
        return next((topic for topic in self.topics if topic.slug == self.kwargs["slug"]), None) or super().get_object(queryset)

    def get_context_data(self, **kwargs):
        wanted = self.request.GET.get("open", "")
        answers = self.object.questions.published().order_by("order", "pk")
        number = self.request.GET.get("page") or self.number_of(answers, wanted)
        page = page_of(answers.select_related("category").prefetch_related("figures"), number, PER_PAGE, self.object.live_questions)
        questions = attach_links(page)
        if wanted and wanted not in {question.slug for question in questions}:
            raise Http404(wanted)
        schema = {"@type": "FAQPage", "mainEntity": [question.schema_org() for question in questions]}
        here = {"questions": questions, "page": page, "kept_query": with_page("", page), "opened": wanted, "schema": schema}
        return super().get_context_data(**here, topics=self.topics, pager=pager_of(self.topics, self.object.slug), **kwargs)

    def number_of(self, answers, wanted: str) -> str:
        """The page of the topic that an answer stands on, counted from 1."""
        slugs = list(answers.values_list("slug", flat=True)) if wanted and self.object.live_questions > PER_PAGE else []
        return str(slugs.index(wanted) // PER_PAGE + 1 if wanted in slugs else 1)
