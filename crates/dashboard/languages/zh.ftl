# 客户面板（简体中文）。

# 每个页面的外围
skip = 跳到内容
language = 语言
help = 帮助
terms = 使用条款
sign-out = 退出登录
signed-in-as = 已登录：{ $name }
back = 返回
cancel = 取消

# 登录
sign-in = 登录
by-password = 使用名称和密码
by-key = 使用许可证密钥
name = 名称
password = 密码
license-key = 许可证密钥
key-hint = 适用于由许可证密钥创建的账户。请先在程序中使用该密钥，账户由此创建。
forgotten = 忘记密码？
code = 验证码
code-hint = 身份验证器应用中的六位数字。
one-more-step = 还有一步
begin-again = 重新开始

# 登录时的问题
wrong-password = 名称或密码错误。
wrong-key = 此许可证密钥错误，或尚未在程序中使用。
wrong-code = 此验证码错误，或已被使用。
expired-form = 此页面已过期或已提交过。请重新开始。
too-many-tries = 失败次数过多。请等待 { $seconds ->
   *[other] { $seconds } 秒
}后再试。
banned = 此账户已被封禁。
banned-why = 此账户已被封禁：{ $reason }
key-banned = 此许可证密钥已被封禁。
blacklisted = 您不能从这里登录。请联系供应商。
paused = { $brand } 目前已暂停。在供应商恢复之前，任何人都无法登录。
busy = 服务器繁忙。请稍后再试。

# 首页
home = 您的账户
subscriptions = 订阅
no-subscriptions = 您没有任何订阅。
without-end = 无期限
ended = 已到期
time-left = 剩余 { $time }
paused-left = 已暂停，剩余 { $time }
paused-forever = 已暂停，无期限
days = { $count ->
   *[other] { $count } 天
}
hours = { $count ->
   *[other] { $count } 小时
}
minutes = { $count ->
   *[other] { $count } 分钟
}

# 兑换
redeem = 兑换许可证
redeem-hint = 许可证将被用掉，其时长会加到您的订阅中。
redeem-it = 兑换
said-redeemed = 许可证已兑换。
redeem-unknown = 没有这个许可证密钥。
redeem-used = 此许可证密钥已被使用。
redeem-no-level = 供应商没有与此许可证对应的订阅。请联系供应商。
redeem-no-time = 此许可证没有任何时长。

# 设备
devices = 设备
devices-hint = 程序只能在这些设备上运行。空出的位置由下一个登录的设备占用。
no-devices = 没有绑定任何设备。下一个登录的设备将被绑定。
free-device = 解绑此设备
free-devices = 解绑所有设备
free-wait = 下次可以解绑设备的时间：{ $time }。
free-ask = 解绑此设备？
free-ask-all = { $count ->
   *[other] 解绑全部 { $count } 个设备？
}
free-what = 正在运行的程序将退出登录。下一个登录的设备将绑定到您的账户。
free-then = 之后您必须等待 { $time } 才能再次解绑设备。
said-freed = { $count ->
   *[other] 已解绑 { $count } 个设备。
}
no-such-device = 此设备已不再绑定。

# 会话
sessions = 正在运行的程序
no-sessions = 没有正在运行的程序。
sessions-newest = 这些是最新的，可能还有更多。
session-from = 来自 { $address }
session-until = 登录最晚到 { $time }
end-session = 结束
end-session-label = 结束来自 { $address } 的会话
end-sessions = 全部结束
said-ended = { $count ->
   *[other] 已结束 { $count } 个会话。
}
no-such-session = 此会话已经结束。
browsers = 浏览器
this-browser = 此浏览器
browser-seen = 最后一次使用 { $time }
unknown-browser = 未知浏览器
sign-out-others = 退出其他浏览器
said-signed-out-others = { $count ->
    [0] 没有在其他浏览器中登录。
   *[other] 已退出其他 { $count } 个浏览器。
}
said-signed-out = 您已退出登录。

# 账户
account = 登录与安全
change-password = 更改密码
old-password = 当前密码
new-password = 新密码
new-password-hint = 至少 { $least } 个字符。程序和其他浏览器需要重新登录。
password-too-short = 密码至少有 { $least } 个字符。
password-too-long = 密码最多有 { $most } 个字节。
password-leaked = 此密码曾在数据泄露中出现。请换一个。
old-password-wrong = 这不是您的密码。
said-password = 密码已更改。

# 错误
not-offered = 这里什么也没有
not-offered-words = 没有这个页面，或供应商未提供此页面。请向供应商确认地址是否正确。
no-page = 这里什么也没有
no-page-words = 没有这个页面。请返回，或从您的账户开始。
foreign-form = 没有任何更改
foreign-form-words = 此表单属于另一次登录。请返回，重新加载页面后再试。
too-large = 内容太多
too-large-words = 发送的内容超过了一次可读取的量。没有任何更改。
unusable = 无法完成
unusable-words = 发送的内容无法使用。没有任何更改。
is-busy = 服务器繁忙
is-busy-words = 请稍后再试，并查看您发送的操作是否已经完成。
failed = 此服务器出现故障
failed-words = 已写入服务器日志。请稍后再试。

# 电子邮件地址
email = 电子邮件地址
set-email = 设置电子邮件地址
email-known = 已设置电子邮件地址。系统只保存其摘要，因此无法在此显示。
email-unknown = 未设置电子邮件地址。
email-hint = 忘记密码时，您会收到一封带链接的邮件。留空则删除该地址。
email-wrong = 这不是电子邮件地址。
said-email = 电子邮件地址已设置。
said-email-removed = 电子邮件地址已删除。

# 忘记密码
forgot-words = 请输入您的名称和账户的电子邮件地址。如果两者相符，您会收到一封邮件，其中的链接可用于设置新密码。
send-link = 发送链接
said-link-sent = 如果名称和地址相符，邮件已在路上。
forgot-failed = 目前无法发送邮件。请稍后再试。

# 两步登录
two-factor = 两步登录
two-factor-is-on = 已开启：输入密码或密钥后还需要验证码。
two-factor-is-off = 已关闭：只需要密码或密钥。
two-factor-set-up = 设置
two-factor-scan = 请用身份验证器应用扫描此图片，或在其中输入密钥，然后输入它显示的验证码。
two-factor-key = 密钥
two-factor-turn-on = 开启
two-factor-to-turn-off = 要关闭，请输入身份验证器应用中的验证码。
two-factor-turn-off = 关闭
two-factor-too-late = 用时过长。请重新开始。
said-two-factor-on = 两步登录已开启。
said-two-factor-off = 两步登录已关闭。

# 下载
downloads = 下载
download = 下载
download-label = 下载 { $name }

# A new password by a link
reset = 设置新密码
reset-hint = 下次登录起生效。现在已登录的程序会退出登录。
new-password-again = 再输入一次
set-password = 设置密码
reset-done = 密码已设置
reset-done-words = 请启动程序并用新密码登录。您可以关闭本页面。
reset-unknown = 此链接无效
reset-unknown-words = 它已被使用，或者已超过 24 小时。请重新申请。
password-missing = 请输入密码。
passwords-differ = 两次输入的密码不同。请输入两次相同的密码。
too-many-links = 来自您的地址的未知链接过多。请稍后再试。
too-many-requests = 来自您的地址的请求过多。请一分钟后再试。
