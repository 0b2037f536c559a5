from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.links import chosen_links, content_of, links_to
from desk.models import Office

TYPICAL_QUESTIONS = "question/english-only question/jlpt-n2-required question/agency-fee question/how-long-visa question/how-much-earn question/bring-family"


@require_safe
def home(request):
    """The desk: telephone with its hours, the offices in Asia, typical questions."""
    offices = Office.objects.published().with_closures()
    telephone = next((office for office in offices if office.is_telephone_desk), None)
    context = {
        "telephone": telephone,
        "offices": [office for office in offices if not office.is_telephone_desk],
        "page": next(iter(content_of("page", ["desk"])), None),
        "typical": chosen_links(TYPICAL_QUESTIONS, links_to(TYPICAL_QUESTIONS)),
    }
    return render(request, "desk/home.html", context)
