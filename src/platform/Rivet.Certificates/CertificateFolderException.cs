namespace Rivet.Certificates;

/// <summary>The folder of certificates, or the authority's, has to be put right before a server can start; the message says how.</summary>
public sealed class CertificateFolderException(string message, Exception? innerException = null) : Exception(message, innerException);
