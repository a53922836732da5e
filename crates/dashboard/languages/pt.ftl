# O painel de clientes em português.

# Em volta de cada página
skip = Ir para o conteúdo
language = Idioma
help = Ajuda
terms = Termos de uso
sign-out = Sair
signed-in-as = Você entrou como { $name }
back = Voltar
cancel = Cancelar

# Entrar
sign-in = Entrar
by-password = Com nome e senha
by-key = Com uma chave de licença
name = Nome
password = Senha
license-key = Chave de licença
key-hint = Para contas criadas por uma chave de licença. Use a chave primeiro no programa: é assim que a conta é criada.
forgotten = Esqueceu a senha?
code = Código
code-hint = Seis dígitos do seu aplicativo autenticador.
one-more-step = Mais um passo
begin-again = Começar de novo

# O que deu errado ao entrar
wrong-password = O nome ou a senha está errado.
wrong-key = Esta chave de licença está errada ou ainda não foi usada no programa.
wrong-code = Este código está errado ou já foi usado.
expired-form = Esta página é antiga demais ou já foi enviada. Comece de novo.
too-many-tries = Houve tentativas erradas demais. Espere { $seconds ->
    [one] { $seconds } segundo
   *[other] { $seconds } segundos
} e tente de novo.
banned = Esta conta está bloqueada.
banned-why = Esta conta está bloqueada: { $reason }
key-banned = Esta chave de licença está bloqueada.
blacklisted = Você não pode entrar a partir daqui. Pergunte ao fornecedor.
paused = { $brand } está em pausa. Ninguém pode entrar até que o fornecedor o retome.
busy = O servidor está ocupado. Tente de novo daqui a pouco.

# Início
home = Sua conta
subscriptions = Assinaturas
no-subscriptions = Você não tem nenhuma assinatura.
without-end = sem fim
ended = terminada
time-left = { $time } restantes
paused-left = em pausa, { $time } restantes
paused-forever = em pausa, sem fim
days = { $count ->
    [one] { $count } dia
   *[other] { $count } dias
}
hours = { $count ->
    [one] { $count } hora
   *[other] { $count } horas
}
minutes = { $count ->
    [one] { $count } minuto
   *[other] { $count } minutos
}

# Resgatar
redeem = Resgatar uma licença
redeem-hint = A licença é gasta e o tempo dela é somado à sua assinatura.
redeem-it = Resgatar
said-redeemed = A licença foi resgatada.
redeem-unknown = Esta chave de licença não existe.
redeem-used = Esta chave de licença já foi usada.
redeem-no-level = O fornecedor não tem nenhuma assinatura para esta licença. Pergunte ao fornecedor.
redeem-no-time = Esta licença não vale nada.

# Dispositivos
devices = Dispositivos
devices-hint = O programa só funciona nestes dispositivos. O próximo dispositivo que entrar ocupa um lugar livre.
no-devices = Nenhum dispositivo está vinculado. O próximo que entrar será.
free-device = Liberar este dispositivo
free-devices = Liberar todos os dispositivos
free-wait = Você pode liberar dispositivos de novo a partir de: { $time }.
free-ask = Liberar este dispositivo?
free-ask-all = { $count ->
    [one] Liberar seu dispositivo?
   *[other] Liberar todos os { $count } dispositivos?
}
free-what = Os programas em execução são desconectados. O próximo dispositivo que entrar é vinculado à sua conta.
free-then = Depois disso você precisa esperar { $time } para poder liberar outro dispositivo.
said-freed = { $count ->
    [one] O dispositivo está livre.
   *[other] { $count } dispositivos estão livres.
}
no-such-device = Este dispositivo não está mais vinculado.

# Sessões
sessions = Programas em execução
no-sessions = Nenhum programa está em execução.
sessions-newest = Estas são as mais recentes; pode haver outras.
session-from = De { $address }
session-until = conectado até { $time } no máximo
end-session = Encerrar
end-session-label = Encerrar a sessão de { $address }
end-sessions = Encerrar todas
said-ended = { $count ->
    [one] A sessão foi encerrada.
   *[other] { $count } sessões foram encerradas.
}
no-such-session = Esta sessão já foi encerrada.
browsers = Navegadores
this-browser = este navegador
browser-seen = visto pela última vez em { $time }
unknown-browser = navegador desconhecido
sign-out-others = Sair dos outros
said-signed-out-others = { $count ->
    [0] Você não estava em nenhum outro navegador.
    [one] Você saiu de outro navegador.
   *[other] Você saiu de outros { $count } navegadores.
}
said-signed-out = Você saiu.

# Conta
account = Acesso e segurança
change-password = Mudar a senha
old-password = Senha atual
new-password = Senha nova
new-password-hint = Pelo menos { $least } caracteres. Os programas e os outros navegadores terão de entrar de novo.
password-too-short = Uma senha tem pelo menos { $least } caracteres.
password-too-long = Uma senha tem no máximo { $most } bytes.
password-leaked = Esta senha é conhecida por um vazamento de dados. Escolha outra.
old-password-wrong = Esta não é a sua senha.
said-password = Sua senha foi mudada.

# Erros
not-offered = Não há nada aqui
not-offered-words = Esta página não existe, ou o fornecedor não a oferece. Pergunte ao fornecedor se o endereço está certo.
no-page = Não há nada aqui
no-page-words = Esta página não existe. Volte, ou comece pela sua conta.
foreign-form = Nada foi mudado
foreign-form-words = Este formulário foi feito para outro acesso. Volte, recarregue a página e tente de novo.
too-large = Isto é demais
too-large-words = Foi enviado mais do que se lê de uma vez. Nada foi mudado.
unusable = Isto não é possível
unusable-words = O que foi enviado não pode ser usado. Nada foi mudado.
is-busy = O servidor está ocupado
is-busy-words = Tente de novo daqui a pouco e veja se o que você enviou já foi feito.
failed = Algo falhou neste servidor
failed-words = Foi anotado no registro do servidor. Tente de novo daqui a pouco.

# E-mail
email = E-mail
set-email = Definir o e-mail
email-known = Há um e-mail definido. Só uma marca dele é guardada, por isso ele não pode ser mostrado aqui.
email-unknown = Nenhum e-mail está definido.
email-hint = Se você esquecer a senha, receberá um link por e-mail. Deixe vazio para remover o endereço.
email-wrong = Isto não é um e-mail.
said-email = O e-mail está definido.
said-email-removed = O e-mail foi removido.

# Senha esquecida
forgot-words = Digite seu nome e o e-mail da sua conta. Se eles combinarem, você receberá uma mensagem com um link para escolher uma senha nova.
send-link = Enviar o link
said-link-sent = Se o nome e o endereço combinarem, a mensagem está a caminho.
forgot-failed = Nenhuma mensagem pode ser enviada agora. Tente mais tarde.

# Acesso em duas etapas
two-factor = Acesso em duas etapas
two-factor-is-on = Está ligado: depois da senha ou da chave é pedido um código.
two-factor-is-off = Está desligado: a senha ou a chave basta.
two-factor-set-up = Configurar
two-factor-scan = Escaneie esta imagem com seu aplicativo autenticador ou digite a chave nele. Depois digite o código que ele mostra.
two-factor-key = Chave
two-factor-turn-on = Ligar
two-factor-to-turn-off = Digite um código do seu aplicativo autenticador para desligá-lo.
two-factor-turn-off = Desligar
two-factor-too-late = Demorou demais. Comece de novo.
said-two-factor-on = O acesso em duas etapas está ligado.
said-two-factor-off = O acesso em duas etapas está desligado.

# Downloads
downloads = Downloads
download = Baixar
download-label = Baixar { $name }

# A new password by a link
reset = Escolha uma nova senha
reset-hint = Vale a partir do seu próximo acesso. Programas conectados agora são desconectados.
new-password-again = A mesma outra vez
set-password = Definir a senha
reset-done = Sua senha foi definida
reset-done-words = Abra o programa e entre com ela. Você pode fechar esta página.
reset-unknown = Este link não funciona
reset-unknown-words = Já foi usado ou tem mais de 24 horas. Peça outro.
password-missing = Digite uma senha.
passwords-differ = As duas senhas são diferentes. Digite a mesma duas vezes.
too-many-links = Vieram links desconhecidos demais do seu endereço. Tente mais tarde.
too-many-requests = Vieram pedidos demais do seu endereço. Tente de novo em um minuto.
