using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Rivet.KeyServer;

/// <summary>Reads a request that may hold secrets: bounded, and kept nowhere but in what is given, which the caller zeroes.</summary>
internal static class SecretBody
{
    /// <summary>The body; null when it is longer than it may be, or breaks off.</summary>
    public static async ValueTask<byte[]?> ReadAsync(HttpRequest request, int most)
    {
        if (request.ContentLength > most)
        {
            return null;
        }

        // As long as it can become, and one more byte to know that it is longer: growing would leave copies behind.
        var body = new byte[most + 1];
        try
        {
            var read = await request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, request.HttpContext.RequestAborted);
            return read > most ? null : body[..read];
        }
        catch (BadHttpRequestException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(body);
        }
    }
}
