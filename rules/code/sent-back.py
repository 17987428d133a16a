import imaplib

from openai import OpenAI

from shop.mail import send_reply, unread

client = OpenAI()


def answer_mails():
    for mail in unread(imaplib.IMAP4_SSL("mail.example.com")):
        text = client.responses.create(model="gpt-4o-mini", input=mail.body).output_text  # expect: sync sent-back
        send_reply(mail.sender, text)


def label(replies):
    for reply in replies:
        client.responses.create(model="gpt-4o-mini", input=reply.body)  # expect: batch loop-over-data


def plain(mail):
    send_reply(mail.sender, "thank you")  # ok: no model
