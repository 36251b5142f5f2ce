using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using MimeKit.Text;

namespace Rivet.Mail;

/// <summary>A message to one person.</summary>
/// <param name="Id">Its Message-ID, before the @: the same at every attempt, so that a mail program drops a second copy.</param>
/// <param name="To">One address.</param>
/// <param name="Subject">One line.</param>
/// <param name="Text">Plain text.</param>
internal sealed record Letter(Guid Id, string To, string Subject, string Text);

/// <summary>
/// Hands a message to a company's mail server, over TLS or not at all, and says how far it came. It never throws for what a server does, and
/// ends within its limit.
/// </summary>
internal sealed class MailSender(TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(10);

    public async Task<MailOutcome> SendAsync(MailSettings settings, Letter letter, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        using var attempt = new Attempt(settings);
        try
        {
            return await attempt.RunAsync(Compose(settings, letter), both.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return MailOutcome.Stopped(attempt.At, isFinal: false);
        }
    }

    private MimeMessage Compose(MailSettings settings, Letter letter) => new(
        [new MailboxAddress(settings.SenderName, settings.Sender)],
        [MailboxAddress.Parse(letter.To)],
        letter.Subject,
        new TextPart(TextFormat.Plain) { Text = letter.Text })
    {
        MessageId = $"{letter.Id:N}@{settings.Sender[(settings.Sender.LastIndexOf('@') + 1)..]}",
        Date = time.GetUtcNow(),
    };

    /// <summary>One conversation with a server.</summary>
    private sealed class Attempt(MailSettings settings) : IDisposable
    {
        private readonly SmtpClient client = new() { Timeout = (int)Wait.TotalMilliseconds, CheckCertificateRevocation = false };
        private bool isUntrusted;

        public MailStep At { get; private set; } = MailStep.Find;

        public async Task<MailOutcome> RunAsync(MimeMessage message, CancellationToken ct)
        {
            client.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
            client.ServerCertificateValidationCallback = (_, certificate, _, errors) =>
            {
                var trusted = settings.Fingerprint.Length == 0
                    ? errors == System.Net.Security.SslPolicyErrors.None
                    : certificate is not null && Convert.ToHexStringLower(SHA256.HashData(certificate.GetRawCertData())) == settings.Fingerprint;
                isUntrusted = !trusted;
                return trusted;
            };
            try
            {
                if (await FindAsync(ct) is not { } addresses)
                {
                    return MailOutcome.Stopped(MailStep.Find, isFinal: false);
                }

                At = MailStep.Connect;
                var socket = await OpenAsync(addresses, ct);
                At = MailStep.Protect;
                await client.ConnectAsync(socket, settings.Host, settings.Port, OptionOf(settings.Security), ct);
                if (settings.User.Length > 0)
                {
                    At = MailStep.SignIn;
                    await client.AuthenticateAsync(settings.User, settings.Password?.Reveal() ?? "", ct);
                }

                At = MailStep.Message;
                await client.SendAsync(message, ct);
                await client.DisconnectAsync(quit: true, CancellationToken.None);
                return MailOutcome.Sent;
            }
            catch (SmtpCommandException refused)
            {
                var step = refused.ErrorCode switch
                {
                    SmtpErrorCode.SenderNotAccepted => MailStep.Sender,
                    SmtpErrorCode.RecipientNotAccepted => MailStep.Recipient,
                    _ => At,
                };
                return MailOutcome.Stopped(step, (int)refused.StatusCode >= 500, $"{(int)refused.StatusCode} {refused.Message}");
            }
            catch (Exception broken) when (broken is SslHandshakeException or ProtocolException
                or System.Security.Authentication.AuthenticationException or MailKit.Security.AuthenticationException or ServiceNotConnectedException
                or ServiceNotAuthenticatedException or IOException or SocketException or NotSupportedException or TimeoutException)
            {
                return MailOutcome.Stopped(isUntrusted ? MailStep.Trust : At, isFinal: false, broken is MailKit.Security.AuthenticationException ? broken.Message : "");
            }
        }

        public void Dispose() => client.Dispose();

        /// <summary>The server's addresses; null when the name has none, or only such as no mail server has.</summary>
        private async Task<IPAddress[]?> FindAsync(CancellationToken ct)
        {
            try
            {
                IPAddress[] found = IPAddress.TryParse(settings.Host, out var given) ? [given] : await Dns.GetHostAddressesAsync(settings.Host, ct);
                return found.Where(MailAddresses.IsPossible).ToArray() is { Length: > 0 } possible ? possible : null;
            }
            catch (SocketException)
            {
                return null;
            }
        }

        private static async Task<Socket> OpenAsync(IPAddress[] addresses, int port, CancellationToken ct)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
                limit.CancelAfter(Wait);
                await socket.ConnectAsync(addresses, port, limit.Token);
                return socket;
            }
            catch (Exception exception)
            {
                socket.Dispose();
                throw exception is OperationCanceledException && !ct.IsCancellationRequested ? new TimeoutException() : exception;
            }
        }

        private Task<Socket> OpenAsync(IPAddress[] addresses, CancellationToken ct) => OpenAsync(addresses, settings.Port, ct);

        private static SecureSocketOptions OptionOf(MailSecurity security)
            => security is MailSecurity.ImplicitTls ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.StartTls;
    }
}

/// <summary>Where a mail server may be: also inside the company's own network, but nowhere that only answers the machine itself about itself.</summary>
internal static class MailAddresses
{
    public static bool IsPossible(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (plain.Equals(IPAddress.Any) || plain.Equals(IPAddress.IPv6Any) || plain.IsIPv6LinkLocal || plain.IsIPv6Multicast)
        {
            return false;
        }

        return plain.AddressFamily is not AddressFamily.InterNetwork || plain.GetAddressBytes() is not ([169, 254, ..] or [0, ..] or [>= 224, ..]);
    }
}
