"""Where customers' links lead, where they are made, and where keys and files of entries are."""

from django.urls import path

from trueup.web import account_ids
from trueup.web.views import entry_files, share, tokens, voice

urlpatterns = [
    path("c/<str:token>/", voice.show, name="voice"),
    path(f"customers/<{account_ids.NAME}:account_id>/share/", share.show, name="share"),
    path("links/<uuid:link_id>/revoke/", share.revoke, name="link_revoke"),
    path("tokens/", tokens.show, name="tokens"),
    path("tokens/<uuid:token_id>/revoke/", tokens.revoke, name="token_revoke"),
    path("data/entries/", entry_files.show, name="entry_files"),
    path("data/entries/all.xlsx", entry_files.everything, name="entry_files_all"),
    path("data/entries/<slug:kind>.<slug:form>", entry_files.download, name="entry_files_of"),
    path("data/entries/check/<uuid:upload_id>/", entry_files.check, name="entry_files_check"),
    path("data/entries/check/<uuid:upload_id>/rejected.csv", entry_files.rejected, name="entry_files_rejected"),
]
