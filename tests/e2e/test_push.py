"""Push in a real browser: it is turned on and off on the page, and what arrives is shown by the worker and leads to its page.

The push service of Chromium is not reachable here: its subscription is made by the test, and messages come through the DevTools.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, Playwright, expect

from tests.e2e.browsers import PATIENCE, ChromiumBrowser
from tests.e2e.test_forms import sign_in
from tests.running import Running
from tests.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SETTINGS = "/settings/notifications"
# As a push service would make it: keys of this browser, at an address of the service.
SUBSCRIBES = """
    let made = null;
    const of = async (options) => {
        const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
        const keys = { p256dh: await crypto.subtle.exportKey("raw", pair.publicKey), auth: crypto.getRandomValues(new Uint8Array(16)).buffer };
        return {
            endpoint: "https://push.example/send/chromium",
            options,
            getKey: (name) => keys[name],
            unsubscribe: async () => { made = null; localStorage.removeItem("subscribed"); return true; },
        };
    };
    PushManager.prototype.subscribe = async (options) => {
        if (!options.userVisibleOnly || new Uint8Array(options.applicationServerKey).length !== 65) throw new Error("not as asked");
        localStorage.setItem("subscribed", "1");
        return (made = await of({ applicationServerKey: options.applicationServerKey.buffer }));
    };
    PushManager.prototype.getSubscription = async () => made ?? (localStorage.getItem("subscribed") ? of({ applicationServerKey: null }) : null);
"""


@pytest.fixture
def page(chromium: ChromiumBrowser, phoenix: Running) -> Page:
    sign_in(chromium, phoenix)
    page = chromium.page
    page.context.grant_permissions(["notifications"], origin=phoenix.url)
    return page


def registered(page: Page) -> tuple[CDPSession, str]:
    """The worker, by the id of its registration."""
    devtools = page.context.new_cdp_session(page)
    found: list[str] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(one["registrationId"] for one in event["registrations"])
    )
    devtools.send("ServiceWorker.enable")
    page.evaluate("navigator.serviceWorker.register('/push-worker.js', { scope: '/' }).then(() => navigator.serviceWorker.ready)")
    page.wait_for_function("navigator.serviceWorker.getRegistration('/').then((one) => one?.active?.state === 'activated')")
    eventually(lambda: bool(page.evaluate("true") and found), PATIENCE, what=lambda: "no worker was registered")
    return devtools, found[-1]


def shown(page: Page, count: int) -> list[dict[str, Any]]:
    """The notifications that the browser shows, once there are so many."""
    page.wait_for_function(
        "(count) => navigator.serviceWorker.ready.then((one) => one.getNotifications()).then((all) => all.length === count)", arg=count
    )
    found: list[dict[str, Any]] = page.evaluate(
        """navigator.serviceWorker.ready.then((one) => one.getNotifications())
           .then((all) => all.map(({ title, body, tag, lang, data }) => ({ title, body, tag, lang, data })))"""
    )
    return found


def test_n4_what_is_pushed_is_shown_and_a_newer_one_takes_the_place_of_an_older(page: Page, phoenix: Running) -> None:
    page.goto(f"{phoenix.url}{SETTINGS}")
    devtools, worker = registered(page)

    def deliver(data: str) -> None:
        devtools.send("ServiceWorker.deliverPushMessage", {"origin": phoenix.url, "registrationId": worker, "data": data})

    pushed = {"title": "Halden", "text": "<b>Ada</b> mentioned you", "link": "/o/halden", "tag": "a", "language": "de"}
    deliver(json.dumps(pushed))
    assert shown(page, 1) == [
        {"title": "Halden", "body": "<b>Ada</b> mentioned you", "tag": "a", "lang": "de", "data": f"{phoenix.url}/o/halden"}
    ]
    deliver(json.dumps({**pushed, "tag": "b", "link": "https://elsewhere.example/"}))
    assert {one["data"] for one in shown(page, 2)} == {f"{phoenix.url}/o/halden", f"{phoenix.url}/notifications"}
    deliver(json.dumps({**pushed, "text": "Again"}))
    page.wait_for_function(
        "navigator.serviceWorker.ready.then((one) => one.getNotifications({ tag: 'a' })).then(([one]) => one.body === 'Again')"
    )
    assert len(shown(page, 2)) == 2
    deliver("not JSON")
    assert len(shown(page, 3)) == 3
    assert page.evaluate("caches.keys()") == []


CLICK = """
    async ([source, link, windows]) => {
        const told = [], heard = {}, opened = [];
        const scope = {
            location: new URL("https://phoenix.test/push-worker.js"),
            registration: { showNotification: async () => {} },
            clients: {
                matchAll: async () => windows.map((url) => ({ url, focus: async () => { told.push(`focus ${url}`); } })),
                openWindow: async (url) => { told.push(`open ${url}`); },
            },
            addEventListener: (name, listener) => { heard[name] = listener; },
        };
        new Function("self", source)(scope);
        let work;
        heard.notificationclick({ notification: { data: link, close: () => told.push("close") }, waitUntil: (made) => { work = made; } });
        await work;
        return [told, Object.keys(heard).sort()];
    }
"""


@pytest.mark.parametrize(
    ("link", "windows", "then"),
    [
        ("https://phoenix.test/o/halden", [], "open https://phoenix.test/o/halden"),
        ("https://phoenix.test/o/halden", ["https://phoenix.test/o/halden"], "focus https://phoenix.test/o/halden"),
        # What someone is writing in another window stays there.
        ("https://phoenix.test/o/halden", ["https://phoenix.test/o/halden/entries/new"], "open https://phoenix.test/o/halden"),
        ("https://elsewhere.example/", [], "open https://phoenix.test/notifications"),
        ("javascript:alert(1)", [], "open https://phoenix.test/notifications"),
        ("//elsewhere.example/", [], "open https://phoenix.test/notifications"),
        (None, [], "open https://phoenix.test/notifications"),
    ],
)
def test_n4_a_click_leads_to_its_page_and_never_to_another_site(
    playwright: Playwright, phoenix: Running, link: str | None, windows: list[str], then: str
) -> None:
    browser = ChromiumBrowser(playwright)
    try:
        source = browser.page.request.get(f"{phoenix.url}/push-worker.js").text()
        # A page without a policy, so that the worker can be run apart from a browser's own events.
        told, heard = browser.page.evaluate(CLICK, [source, link, windows])
    finally:
        browser.close()
    assert told == ["close", then]
    assert heard == ["notificationclick", "push"], "it does nothing else"


def test_n4_push_is_turned_on_and_off_in_a_browser(page: Page, chromium: ChromiumBrowser, phoenix: Running) -> None:
    page.add_init_script(SUBSCRIBES)
    page.goto(f"{phoenix.url}{SETTINGS}")
    on = page.get_by_role("button", name="Turn on for this browser")
    on.click()
    off = page.get_by_role("button", name="Turn off for this browser")
    expect(off).to_be_visible()
    expect(on).to_be_hidden()
    expect(page.get_by_text("This browser", exact=True)).to_be_visible()
    off.click()
    expect(page.get_by_text("Push is off in all your browsers.")).to_be_visible()
    expect(on).to_be_visible()
    assert page.evaluate("localStorage.getItem('subscribed')") is None
    assert chromium.complaints == []


def test_n4_what_fails_is_said(page: Page, phoenix: Running) -> None:
    page.add_init_script("PushManager.prototype.subscribe = async () => { throw new DOMException('no service', 'AbortError'); };")
    page.goto(f"{phoenix.url}{SETTINGS}")
    page.get_by_role("button", name="Turn on for this browser").click()
    expect(page.get_by_text("Push couldn't be turned on.")).to_be_visible()
    page.context.clear_permissions()
    page.add_init_script("Object.defineProperty(Notification, 'permission', { get: () => 'denied' });")
    page.goto(f"{phoenix.url}{SETTINGS}")
    expect(page.get_by_text("This browser blocks notifications of this site.")).to_be_visible()
    expect(page.get_by_role("button", name="Turn on for this browser")).to_be_hidden()


def test_n4_without_scripts_the_page_is_whole_and_says_so(playwright: Playwright, phoenix: Running) -> None:
    browser = ChromiumBrowser(playwright, width=320, scripts=False)
    try:
        sign_in(browser, phoenix)
        browser.open(f"{phoenix.url}{SETTINGS}")
        assert browser.sees("Push notifications need JavaScript")
        expect(browser.page.get_by_role("button", name="Turn on for this browser")).to_be_hidden()
        expect(browser.page.get_by_role("button", name="Save notifications")).to_be_visible()
        assert browser.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    finally:
        browser.close()
