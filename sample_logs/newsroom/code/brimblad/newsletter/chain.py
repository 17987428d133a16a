"""Four thousand local newsletters, each written from the day's articles of its region."""

from langchain_anthropic import ChatAnthropic
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate

from brimblad.llm import HAIKU

PROMPT = ChatPromptTemplate.from_messages(
    [
        ("system", "Write the morning letter for {region}: greeting, three stories, the weather, one thing to do."),
        ("human", "{articles}"),
    ]
)


def digest_chain():
    return PROMPT | ChatAnthropic(model=HAIKU, max_tokens=900) | StrOutputParser()
