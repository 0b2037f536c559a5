import pytest

from steps.models import Step, Task

pytestmark = pytest.mark.django_db


def test_the_five_steps_have_the_names_of_the_road(client):
    names = ["Know yourself and the market", "Find a job", "Apply and interview", "Status of residence and visa", "Arrive and settle"]
    assert list(Step.objects.published().values_list("title_en", flat=True)) == names


def test_ticks_live_in_the_address_and_travel_along(client, language):
    page = client.get(f"/{language}/steps/find-a-job/?done=1a&done=2a").content.decode()
    assert 'name="done" value="2a" checked' in page
    assert '<input type="hidden" name="done" value="1a">' in page
    assert f'href="/{language}/steps/know-yourself/?done=1a&amp;done=2a"' in page


def test_ticks_are_on_the_whole_list_and_on_the_printed_road(client):
    assert client.get("/en/steps/?done=1a").content.decode().count(" checked>") == 1
    assert client.get("/en/steps/print/?done=1a").content.decode().count("☑") == 1


def test_every_code_begins_with_the_number_of_its_step():
    assert [task.code for task in Task.objects.select_related("step") if not task.code.startswith(str(task.step.number))] == []


def test_step_one_names_the_eligibility_and_step_four_the_change_of_april_2026(client):
    assert "Engineer / Specialist in Humanities / International Services" in client.get("/en/steps/know-yourself/").content.decode()
    assert "15 April 2026" in client.get("/en/steps/status-and-visa/").content.decode()
    assert "2026年4月15日" in client.get("/ja/steps/status-and-visa/").content.decode()
