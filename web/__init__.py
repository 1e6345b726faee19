"""The Streamlit kit: server, sign-in, router, guard, widgets, charts. With the pages of the rooms,
the only place that knows Streamlit. It knows people (accounts) and pictures (reports), never a
domain room: pages come to it, it does not go to them."""
