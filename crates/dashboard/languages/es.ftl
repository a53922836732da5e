# El panel de clientes en español.

# Alrededor de cada página
skip = Ir al contenido
language = Idioma
help = Ayuda
terms = Condiciones de uso
sign-out = Cerrar sesión
signed-in-as = Sesión iniciada como { $name }
back = Volver
cancel = Cancelar

# Iniciar sesión
sign-in = Iniciar sesión
by-password = Con nombre y contraseña
by-key = Con una clave de licencia
name = Nombre
password = Contraseña
license-key = Clave de licencia
key-hint = Para cuentas creadas por una clave de licencia. Use primero la clave en el programa: así se crea la cuenta.
forgotten = ¿Ha olvidado su contraseña?
code = Código
code-hint = Seis cifras de su aplicación de autenticación.
one-more-step = Un paso más
begin-again = Empezar de nuevo

# Qué falló al iniciar sesión
wrong-password = El nombre o la contraseña no son correctos.
wrong-key = Esta clave de licencia no es correcta o aún no se ha usado en el programa.
wrong-code = Este código no es correcto o ya se ha usado.
expired-form = Esta página es demasiado antigua o ya se envió. Empiece de nuevo.
too-many-tries = Ha habido demasiados intentos fallidos. Espere { $seconds ->
    [one] { $seconds } segundo
   *[other] { $seconds } segundos
} e inténtelo de nuevo.
banned = Esta cuenta está bloqueada.
banned-why = Esta cuenta está bloqueada: { $reason }
key-banned = Esta clave de licencia está bloqueada.
blacklisted = No puede iniciar sesión desde aquí. Consulte al proveedor.
paused = { $brand } está en pausa. Nadie puede iniciar sesión hasta que el proveedor lo reanude.
busy = El servidor está ocupado. Inténtelo de nuevo en un momento.

# Inicio
home = Su cuenta
subscriptions = Suscripciones
no-subscriptions = No tiene ninguna suscripción.
without-end = sin fin
ended = terminada
time-left = quedan { $time }
paused-left = en pausa, quedan { $time }
paused-forever = en pausa, sin fin
days = { $count ->
    [one] { $count } día
   *[other] { $count } días
}
hours = { $count ->
    [one] { $count } hora
   *[other] { $count } horas
}
minutes = { $count ->
    [one] { $count } minuto
   *[other] { $count } minutos
}

# Canjear
redeem = Canjear una licencia
redeem-hint = La licencia se gasta y su tiempo se suma a su suscripción.
redeem-it = Canjear
said-redeemed = La licencia se ha canjeado.
redeem-unknown = Esta clave de licencia no existe.
redeem-used = Esta clave de licencia ya se ha usado.
redeem-no-level = El proveedor no tiene ninguna suscripción para esta licencia. Consulte al proveedor.
redeem-no-time = Esta licencia no vale nada.

# Dispositivos
devices = Dispositivos
devices-hint = El programa solo funciona en estos dispositivos. El próximo dispositivo que inicie sesión ocupa un lugar libre.
no-devices = No hay ningún dispositivo vinculado. Se vinculará el próximo que inicie sesión.
free-device = Liberar este dispositivo
free-devices = Liberar todos los dispositivos
free-wait = Puede volver a liberar dispositivos a partir de: { $time }.
free-ask = ¿Liberar este dispositivo?
free-ask-all = { $count ->
    [one] ¿Liberar su dispositivo?
   *[other] ¿Liberar los { $count } dispositivos?
}
free-what = Se cierra la sesión de los programas en marcha. El próximo dispositivo que inicie sesión se vincula a su cuenta.
free-then = Después debe esperar { $time } antes de poder liberar otro dispositivo.
said-freed = { $count ->
    [one] El dispositivo está libre.
   *[other] { $count } dispositivos están libres.
}
no-such-device = Este dispositivo ya no está vinculado.

# Sesiones
sessions = Programas en marcha
no-sessions = No hay ningún programa en marcha.
sessions-newest = Estas son las más recientes; puede haber más.
session-from = Desde { $address }
session-until = sesión iniciada hasta { $time } como máximo
end-session = Terminar
end-session-label = Terminar la sesión desde { $address }
end-sessions = Terminar todas
said-ended = { $count ->
    [one] La sesión ha terminado.
   *[other] { $count } sesiones han terminado.
}
no-such-session = Esta sesión ya ha terminado.
browsers = Navegadores
this-browser = este navegador
browser-seen = visto por última vez { $time }
unknown-browser = navegador desconocido
sign-out-others = Cerrar sesión en los demás
said-signed-out-others = { $count ->
    [0] No había sesión iniciada en ningún otro navegador.
    [one] Se ha cerrado la sesión en otro navegador.
   *[other] Se ha cerrado la sesión en otros { $count } navegadores.
}
said-signed-out = Ha cerrado la sesión.

# Cuenta
account = Inicio de sesión y seguridad
change-password = Cambiar la contraseña
old-password = Contraseña actual
new-password = Contraseña nueva
new-password-hint = Al menos { $least } caracteres. Los programas y los demás navegadores tendrán que iniciar sesión de nuevo.
password-too-short = Una contraseña tiene al menos { $least } caracteres.
password-too-long = Una contraseña tiene como máximo { $most } bytes.
password-leaked = Esta contraseña se conoce por una filtración de datos. Elija otra.
old-password-wrong = Esta no es su contraseña.
said-password = Su contraseña ha cambiado.

# Errores
not-offered = Aquí no hay nada
not-offered-words = Esta página no existe o el proveedor no la ofrece. Pregunte al proveedor si la dirección es correcta.
no-page = Aquí no hay nada
no-page-words = Esta página no existe. Vuelva atrás o empiece por su cuenta.
foreign-form = No se ha cambiado nada
foreign-form-words = Este formulario se hizo para otro inicio de sesión. Vuelva atrás, recargue la página e inténtelo de nuevo.
too-large = Es demasiado
too-large-words = Se ha enviado más de lo que se lee de una vez. No se ha cambiado nada.
unusable = Esto no se puede hacer
unusable-words = Lo que se ha enviado no se puede usar. No se ha cambiado nada.
is-busy = El servidor está ocupado
is-busy-words = Inténtelo de nuevo en un momento y compruebe si lo que envió ya se ha hecho.
failed = Algo ha fallado en este servidor
failed-words = Se ha anotado en el registro del servidor. Inténtelo de nuevo en un momento.

# Correo electrónico
email = Correo electrónico
set-email = Establecer el correo electrónico
email-known = Hay un correo electrónico establecido. Solo se guarda una huella de él, así que no se puede mostrar aquí.
email-unknown = No hay ningún correo electrónico establecido.
email-hint = Si olvida su contraseña, recibirá un enlace por correo. Déjelo vacío para eliminar la dirección.
email-wrong = Esto no es un correo electrónico.
said-email = El correo electrónico está establecido.
said-email-removed = El correo electrónico se ha eliminado.

# Contraseña olvidada
forgot-words = Escriba su nombre y el correo electrónico de su cuenta. Si se corresponden, recibirá un mensaje con un enlace para elegir una contraseña nueva.
send-link = Enviar el enlace
said-link-sent = Si el nombre y la dirección se corresponden, el mensaje está en camino.
forgot-failed = Ahora no se puede enviar ningún mensaje. Inténtelo más tarde.

# Inicio de sesión en dos pasos
two-factor = Inicio de sesión en dos pasos
two-factor-is-on = Está activado: después de la contraseña o la clave se pide un código.
two-factor-is-off = Está desactivado: basta con la contraseña o la clave.
two-factor-set-up = Configurar
two-factor-scan = Escanee esta imagen con su aplicación de autenticación o escriba la clave en ella. Después introduzca el código que muestra.
two-factor-key = Clave
two-factor-turn-on = Activar
two-factor-to-turn-off = Introduzca un código de su aplicación de autenticación para desactivarlo.
two-factor-turn-off = Desactivar
two-factor-too-late = Ha tardado demasiado. Empiece de nuevo.
said-two-factor-on = El inicio de sesión en dos pasos está activado.
said-two-factor-off = El inicio de sesión en dos pasos está desactivado.

# Descargas
downloads = Descargas
download = Descargar
download-label = Descargar { $name }

# A new password by a link
reset = Elige una contraseña nueva
reset-hint = Vale desde tu próximo inicio de sesión. Los programas que tienen sesión ahora la pierden.
new-password-again = Otra vez la misma
set-password = Guardar la contraseña
reset-done = Tu contraseña está guardada
reset-done-words = Abre el programa e inicia sesión con ella. Puedes cerrar esta página.
reset-unknown = Este enlace no funciona
reset-unknown-words = Ya se usó o tiene más de 24 horas. Pide otro.
password-missing = Escribe una contraseña.
passwords-differ = Las dos contraseñas son distintas. Escribe dos veces la misma.
too-many-links = Llegaron demasiados enlaces desconocidos desde tu dirección. Inténtalo más tarde.
too-many-requests = Llegaron demasiadas peticiones desde tu dirección. Inténtalo dentro de un minuto.
