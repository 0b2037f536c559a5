from core.views import ContentDetailView, ContentListView
from guide.models import Article


class ArticleListView(ContentListView):
    model = Article


class ArticleDetailView(ContentDetailView):
    model = Article
