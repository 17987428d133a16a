"""The web application: readers, editors and the hooks of the service desk."""

from fastapi import FastAPI

from brimblad.copilot.app import router as copilot
from brimblad.search.autocomplete import router as search
from brimblad.support.webhook import router as hooks
from brimblad.web.reader import router as reader

app = FastAPI(title="Brimblað")
for router in (copilot, search, hooks, reader):
    app.include_router(router)
