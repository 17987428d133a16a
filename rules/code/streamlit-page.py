import streamlit as st
from openai import OpenAI

client = OpenAI()
texts = st.file_uploader("docs", accept_multiple_files=True)
if st.button("Summarise"):
    for text in texts:
        st.write(client.responses.create(model="gpt-4o-mini", input=text.read()))  # expect: sync streamlit-page


def nightly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: the page does not call it
