"""A real server process: it starts, answers, says nothing of what it read, and stops politely."""

import signal
import socket
import threading
import time

import httpx
import pytest
from fake_service import CANARY
from service_process import Start


def test_it_answers_and_its_logs_hold_no_text(start: Start) -> None:
    process = start(SARING_LOG_FORMAT="text")
    with httpx.Client(base_url=process.address) as client:
        answer = client.post("/classify", params={"q": CANARY}, json={"text": f"{CANARY} slot gacor"})
        assert [one["id"] for one in answer.json()["categories"] if one["flagged"]] == ["perjudian"]
        assert client.post("/classify", json={CANARY: CANARY}).status_code == 422
        assert client.post("/classify", content=CANARY).status_code == 415
        assert client.get(f"/{CANARY}?q={CANARY}").status_code == 404
    with socket.create_connection(("127.0.0.1", httpx.URL(process.address).port or 0)) as raw:
        raw.sendall(f"{CANARY} {CANARY}\r\n\r\n".encode())
        assert raw.recv(1000).startswith(b"HTTP/1.1 400")
    process.running.send_signal(signal.SIGTERM)
    assert process.running.wait(20) in (0, -signal.SIGTERM)
    assert "Application startup complete" in process.log()
    assert "saring.serve.access: POST /classify 200 " in process.log()
    assert "saring.serve.access: GET (none) 404 " in process.log()
    assert "uvicorn.access" not in process.log()
    assert "kenari" not in process.log()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_answers_what_it_has_begun(start: Start, number: signal.Signals) -> None:
    process = start(SARING_BATCH_WAIT="1.5")
    answers: list[httpx.Response] = []

    def ask() -> None:
        answers.append(httpx.post(f"{process.address}/classify", json={"text": "slot"}, timeout=20))

    asking = [threading.Thread(target=ask) for _ in range(3)]
    for thread in asking:
        thread.start()
    deadline = time.monotonic() + 10
    while 'saring_queue_characters{lane="single"} 108.0' not in httpx.get(f"{process.address}/metrics").text:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.running.send_signal(number)
    for thread in asking:
        thread.join(20)
    assert [answer.status_code for answer in answers] == [200] * 3
    process.running.wait(20)
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{process.address}/livez", timeout=5)
