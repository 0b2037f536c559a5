from urllib.parse import urlencode

from django.http import Http404

from core.links import pager_of
from core.views import ContentDetailView, ContentListView
from steps.models import Step, Task


def ticked(request) -> set[str]:
    """The codes of tasks that the address says are done; raises Http404 for a code that no task has."""
    codes = set(request.GET.getlist("done"))
    if codes and not codes <= set(Task.objects.values_list("code", flat=True)):
        raise Http404("done")
    return codes


def kept(done: set[str]) -> str:
    """The ticks as a query, to carry them from page to page."""
    return urlencode([("done", code) for code in sorted(done)])


class StepListView(ContentListView):
    model = Step

    def get_queryset(self):
        return Step.objects.published().prefetch_related("tasks")

    def get_context_data(self, **kwargs):
        done = ticked(self.request)
        tasks = [task for step in self.object_list for task in step.tasks.all()]
        return super().get_context_data(done=done, all_tasks=tasks, kept_query=kept(done), **kwargs)


class StepPrintView(StepListView):
    template_name = "steps/step_print.html"


class StepDetailView(ContentDetailView):
    model = Step

    def get_queryset(self):
        return super().get_queryset().prefetch_related("tasks")

    def get_context_data(self, **kwargs):
        done = ticked(self.request)
        own = {task.code for task in self.object.tasks.all()}
        steps = list(Step.objects.published().for_cards())
        pager = pager_of(steps, self.object.slug)
        return super().get_context_data(steps=steps, pager=pager, done=done, elsewhere=sorted(done - own), kept_query=kept(done), **kwargs)
