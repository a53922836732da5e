# لوحة العملاء بالعربية.

# حول كل صفحة
skip = انتقل إلى المحتوى
language = اللغة
help = المساعدة
terms = شروط الاستخدام
sign-out = تسجيل الخروج
signed-in-as = سجّلت الدخول باسم { $name }
back = رجوع
cancel = إلغاء

# تسجيل الدخول
sign-in = تسجيل الدخول
by-password = بالاسم وكلمة المرور
by-key = بمفتاح الترخيص
name = الاسم
password = كلمة المرور
license-key = مفتاح الترخيص
key-hint = للحسابات التي أنشأها مفتاح ترخيص. استخدم المفتاح في البرنامج أولًا، فهو ينشئ الحساب.
forgotten = هل نسيت كلمة المرور؟
code = الرمز
code-hint = ستة أرقام من تطبيق المصادقة.
one-more-step = خطوة أخرى
begin-again = ابدأ من جديد

# ما الخطأ عند تسجيل الدخول
wrong-password = الاسم أو كلمة المرور غير صحيحة.
wrong-key = مفتاح الترخيص هذا غير صحيح، أو لم يُستخدم في البرنامج بعد.
wrong-code = هذا الرمز غير صحيح أو سبق استخدامه.
expired-form = هذه الصفحة قديمة جدًا أو سبق إرسالها. ابدأ من جديد.
too-many-tries = كثرت المحاولات الفاشلة. انتظر { $seconds ->
    [zero] { $seconds } ثانية
    [one] ثانية واحدة
    [two] ثانيتين
    [few] { $seconds } ثوانٍ
    [many] { $seconds } ثانية
   *[other] { $seconds } ثانية
} ثم حاول مرة أخرى.
banned = هذا الحساب محظور.
banned-why = هذا الحساب محظور: { $reason }
key-banned = مفتاح الترخيص هذا محظور.
blacklisted = لا يمكنك تسجيل الدخول من هنا. اسأل البائع.
paused = { $brand } متوقف مؤقتًا. لا يمكن لأحد تسجيل الدخول حتى يستأنفه البائع.
busy = الخادم مشغول. حاول مرة أخرى بعد قليل.

# الصفحة الرئيسية
home = حسابك
subscriptions = الاشتراكات
no-subscriptions = ليس لديك أي اشتراك.
without-end = بلا نهاية
ended = انتهى
time-left = بقي { $time }
paused-left = متوقف مؤقتًا، بقي { $time }
paused-forever = متوقف مؤقتًا، بلا نهاية
days = { $count ->
    [zero] { $count } يوم
    [one] يوم واحد
    [two] يومان
    [few] { $count } أيام
    [many] { $count } يومًا
   *[other] { $count } يوم
}
hours = { $count ->
    [zero] { $count } ساعة
    [one] ساعة واحدة
    [two] ساعتان
    [few] { $count } ساعات
    [many] { $count } ساعة
   *[other] { $count } ساعة
}
minutes = { $count ->
    [zero] { $count } دقيقة
    [one] دقيقة واحدة
    [two] دقيقتان
    [few] { $count } دقائق
    [many] { $count } دقيقة
   *[other] { $count } دقيقة
}

# تفعيل ترخيص
redeem = تفعيل ترخيص
redeem-hint = يُستهلك الترخيص وتُضاف مدته إلى اشتراكك.
redeem-it = تفعيل
said-redeemed = فُعّل الترخيص.
redeem-unknown = لا يوجد مفتاح ترخيص كهذا.
redeem-used = سبق استخدام مفتاح الترخيص هذا.
redeem-no-level = ليس لدى البائع اشتراك لهذا الترخيص. اسأل البائع.
redeem-no-time = هذا الترخيص لا مدة له.

# الأجهزة
devices = الأجهزة
devices-hint = يعمل البرنامج على هذه الأجهزة فقط. المكان الشاغر يأخذه الجهاز التالي الذي يسجّل الدخول.
no-devices = لا يوجد جهاز مرتبط. الجهاز التالي الذي يسجّل الدخول سيرتبط.
free-device = فك ارتباط هذا الجهاز
free-devices = فك ارتباط كل الأجهزة
free-wait = يمكنك فك ارتباط الأجهزة مرة أخرى ابتداءً من { $time }.
free-ask = هل تريد فك ارتباط هذا الجهاز؟
free-ask-all = { $count ->
    [zero] هل تريد فك ارتباط الأجهزة؟
    [one] هل تريد فك ارتباط جهازك؟
    [two] هل تريد فك ارتباط الجهازين؟
    [few] هل تريد فك ارتباط { $count } أجهزة؟
    [many] هل تريد فك ارتباط { $count } جهازًا؟
   *[other] هل تريد فك ارتباط { $count } جهاز؟
}
free-what = تفقد البرامج العاملة تسجيل دخولها. الجهاز التالي الذي يسجّل الدخول يرتبط بحسابك.
free-then = بعد ذلك عليك أن تنتظر { $time } قبل أن تفك ارتباط جهاز آخر.
said-freed = { $count ->
    [zero] لم يُفك ارتباط أي جهاز.
    [one] فُك ارتباط الجهاز.
    [two] فُك ارتباط الجهازين.
    [few] فُك ارتباط { $count } أجهزة.
    [many] فُك ارتباط { $count } جهازًا.
   *[other] فُك ارتباط { $count } جهاز.
}
no-such-device = لم يعد هذا الجهاز مرتبطًا.

# الجلسات
sessions = البرامج العاملة
no-sessions = لا يعمل أي برنامج.
sessions-newest = هذه أحدثها، وقد يوجد غيرها.
session-from = من { $address }
session-until = الدخول سارٍ حتى { $time } على الأكثر
end-session = إنهاء
end-session-label = إنهاء الجلسة من { $address }
end-sessions = إنهاء الكل
said-ended = { $count ->
    [zero] لم تنتهِ أي جلسة.
    [one] انتهت الجلسة.
    [two] انتهت جلستان.
    [few] انتهت { $count } جلسات.
    [many] انتهت { $count } جلسة.
   *[other] انتهت { $count } جلسة.
}
no-such-session = انتهت هذه الجلسة من قبل.
browsers = المتصفحات
this-browser = هذا المتصفح
browser-seen = آخر ظهور { $time }
unknown-browser = متصفح غير معروف
sign-out-others = تسجيل الخروج من غيره
said-signed-out-others = { $count ->
    [0] لم يكن أي متصفح آخر مسجّل الدخول.
    [zero] لم يكن أي متصفح آخر مسجّل الدخول.
    [one] سُجّل الخروج من متصفح آخر.
    [two] سُجّل الخروج من متصفحين آخرين.
    [few] سُجّل الخروج من { $count } متصفحات أخرى.
    [many] سُجّل الخروج من { $count } متصفحًا آخر.
   *[other] سُجّل الخروج من { $count } متصفح آخر.
}
said-signed-out = سجّلت الخروج.

# الحساب
account = الدخول والأمان
change-password = تغيير كلمة المرور
old-password = كلمة المرور الحالية
new-password = كلمة المرور الجديدة
new-password-hint = عدد الأحرف لا يقل عن { $least }. على البرامج والمتصفحات الأخرى تسجيل الدخول من جديد.
password-too-short = عدد أحرف كلمة المرور لا يقل عن { $least }.
password-too-long = عدد بايتات كلمة المرور لا يزيد على { $most }.
password-leaked = كلمة المرور هذه معروفة من تسريب بيانات. اختر غيرها.
old-password-wrong = هذه ليست كلمة مرورك.
said-password = تغيّرت كلمة المرور.

# الأخطاء
not-offered = لا شيء هنا
not-offered-words = لا توجد صفحة كهذه، أو أن البائع لا يوفرها. اسأل البائع عن صحة العنوان.
no-page = لا شيء هنا
no-page-words = لا توجد صفحة كهذه. ارجع، أو ابدأ من حسابك.
foreign-form = لم يتغيّر شيء
foreign-form-words = هذا النموذج لدخول آخر. ارجع، وأعد تحميل الصفحة، ثم حاول مرة أخرى.
too-large = هذا كثير جدًا
too-large-words = أُرسل أكثر مما يُقرأ دفعة واحدة. لم يتغيّر شيء.
unusable = لا يمكن ذلك
unusable-words = ما أُرسل لا يمكن استخدامه. لم يتغيّر شيء.
is-busy = الخادم مشغول
is-busy-words = حاول مرة أخرى بعد قليل، وانظر هل تمّ ما أرسلته.
failed = حدث خلل في هذا الخادم
failed-words = كُتب في سجل الخادم. حاول مرة أخرى بعد قليل.

# البريد الإلكتروني
email = البريد الإلكتروني
set-email = تعيين البريد الإلكتروني
email-known = البريد الإلكتروني معيّن. لا تُحفظ إلا بصمته، لذلك لا يمكن عرضه هنا.
email-unknown = لم يُعيّن بريد إلكتروني.
email-hint = إذا نسيت كلمة المرور، يصلك رابط بالبريد. اترك الحقل فارغًا لإزالة العنوان.
email-wrong = هذا ليس بريدًا إلكترونيًا.
said-email = عُيّن البريد الإلكتروني.
said-email-removed = أُزيل البريد الإلكتروني.

# كلمة مرور منسية
forgot-words = أدخل اسمك والبريد الإلكتروني لحسابك. إذا كانا متوافقين، تصلك رسالة فيها رابط لاختيار كلمة مرور جديدة.
send-link = إرسال الرابط
said-link-sent = إذا كان الاسم والعنوان متوافقين، فالرسالة في الطريق.
forgot-failed = لا يمكن إرسال رسالة الآن. حاول لاحقًا.

# الدخول على خطوتين
two-factor = الدخول على خطوتين
two-factor-is-on = مفعّل: يُطلب رمز بعد كلمة المرور أو المفتاح.
two-factor-is-off = غير مفعّل: تكفي كلمة المرور أو المفتاح.
two-factor-set-up = إعداد
two-factor-scan = امسح هذه الصورة بتطبيق المصادقة، أو اكتب المفتاح فيه. ثم أدخل الرمز الذي يعرضه.
two-factor-key = المفتاح
two-factor-turn-on = تفعيل
two-factor-to-turn-off = لإلغاء التفعيل أدخل رمزًا من تطبيق المصادقة.
two-factor-turn-off = إلغاء التفعيل
two-factor-too-late = طال الأمر أكثر من اللازم. ابدأ من جديد.
said-two-factor-on = فُعّل الدخول على خطوتين.
said-two-factor-off = أُلغي تفعيل الدخول على خطوتين.

# التنزيلات
downloads = التنزيلات
download = تنزيل
download-label = تنزيل { $name }
