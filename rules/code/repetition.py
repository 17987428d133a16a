from openai import OpenAI

client = OpenAI()


def sample(prompt, n):
    drawn = []
    for _ in range(n):
        drawn.append(client.chat.completions.create(  # expect: batch repetition
            model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}]))
    return drawn


def patient(prompt, max_retries):
    for _ in range(max_retries):
        try:
            return client.chat.completions.create(  # ok: tries again, draws no samples
                model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}])
        except TimeoutError:
            continue
    return None
