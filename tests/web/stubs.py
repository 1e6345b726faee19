"""What `accounts.sessions` offers, without a database."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.errors import AppError, Forbidden

PASSWORD = "正确的密码-1234"
CODE = "8F2K"


@dataclass(frozen=True)
class StubDemo:
    username: str
    name: str
    role_label: str
    organisation: str


DEMOS = (
    StubDemo("liyan", "李研", "研究院", "省发展研究院"),
    StubDemo("wanganji", "王安吉", "县级团队", "安吉县社会治理中心"),
    StubDemo("zhaodeqing", "赵德清", "县级团队", "德清县社会治理中心"),
    StubDemo("sunping", "孙评", "评审专家", "之江大学公共管理学院"),
)


@dataclass
class StubSessions:
    """Implements `web.identity.Sessions`; `sessions` maps tokens to ids."""

    empty: bool = False
    demo: bool = True
    broken: bool = False
    sessions: dict[str, int] = field(default_factory=dict)
    addresses: list[str] = field(default_factory=list)

    def _open(self, username: str) -> str:
        token = f"token-{username}-{len(self.sessions)}"
        self.sessions[token] = len(self.sessions) + 1
        return token

    def sign_in(self, username: str, password: str, address: str) -> str:
        self.addresses.append(address)
        if password != PASSWORD:
            raise AppError("用户名或密码不正确。", "请核对后重试；连续多次不对会暂停登录 15 分钟。")
        return self._open(username)

    def demo_accounts(self) -> list[StubDemo]:
        return list(DEMOS) if self.demo else []

    def demo_sign_in(self, username: str, address: str) -> str:
        if not self.demo or username not in {account.username for account in DEMOS}:
            raise Forbidden("演示登录没有开启。")
        return self._open(username)

    def resolve(self, token: str) -> int | None:
        if self.broken:
            raise ConnectionError("db.internal refused user zhiping")
        return self.sessions.get(token)

    def sign_out(self, session_id: int) -> None:
        self.sessions = {token: number for token, number in self.sessions.items() if number != session_id}

    def needs_setup(self) -> bool:
        if self.broken:
            raise ConnectionError("db.internal refused user zhiping")
        return self.empty

    def set_up(self, username: str, name: str, password: str, organisation: str, code: str, address: str) -> str:
        if code != CODE:
            raise AppError("初始化口令不对。", "请到服务器控制台查看启动时打印的初始化口令。")
        self.empty = False
        return self._open(username)
