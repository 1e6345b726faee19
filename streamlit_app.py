"""The entry, twice: the server imports it to build the app, every session runs it to draw a page.

`streamlit run streamlit_app.py` finds `app` by reading this file, so it must stay a literal
`st.App(...)` call.
"""

import streamlit as st
from streamlit import runtime

if not runtime.exists():
    from cli.startup import DOORS, PUBLIC, serve
    from web.asgi import options

    app = st.App(__file__, **options(serve, doors=DOORS, public=PUBLIC))
else:
    from web import router

    router.run()
