using Rivet.Cryptography;
using Rivet.Lws.Noise;

namespace Rivet.Lws.Tests.Noise;

public sealed class HandshakePatternTests
{
    [Theory]
    [InlineData("IKhfs", "E ES E1 S SS / E EE Ekem1 SE")]
    [InlineData("XXhfs", "E E1 / E EE Ekem1 S ES / S SE")]
    [InlineData("NNpsk0+hfs", "Psk E E1 / E EE Ekem1")]
    [InlineData("NKhfs", "E ES E1 / E EE Ekem1")]
    [InlineData("KXhfs", "E E1 / E EE Ekem1 SE S ES")]
    [InlineData("IKpsk1", "E ES S SS Psk / E EE SE")]
    [InlineData("XXpsk3", "E / E EE S ES / S SE Psk")]
    public void Modifiers_Applied_PutTokensWhereTheirRulesSay(string name, string messages)
    {
        Assert.True(HandshakePattern.TryParse(name, out var pattern));
        Assert.Equal(messages, string.Join(" / ", pattern.Messages.Select(message => string.Join(' ', message))));
    }

    [Fact]
    public void Protocols_OfTheLink_HaveTheirNames()
    {
        Assert.Equal("Noise_IKhfs_25519+MLKEM768_AESGCM_SHA256", new NoiseProtocol(HandshakePattern.KnownServer, AeadSuite.Aes256Gcm).Name);
        Assert.Equal("Noise_XXhfs_25519+MLKEM768_ChaChaPoly_SHA256", new NoiseProtocol(HandshakePattern.FirstContact, AeadSuite.ChaCha20Poly1305).Name);
        Assert.Equal("Noise_NNpsk0+hfs_25519+MLKEM768_AESGCM_SHA256", new NoiseProtocol(HandshakePattern.Resumption, AeadSuite.Aes256Gcm).Name);
    }

    [Theory]
    [InlineData("Noise_IK_25519_AESGCM_SHA512")]
    [InlineData("Noise_IK_448_AESGCM_SHA256")]
    [InlineData("Noise_IK_25519+MLKEM768_AESGCM_SHA256")]
    [InlineData("Noise_IKhfs_25519_AESGCM_SHA256")]
    [InlineData("Noise_IKhfs+hfs_25519+MLKEM768_AESGCM_SHA256")]
    [InlineData("Noise_IKpsk3_25519_AESGCM_SHA256")]
    [InlineData("Noise_IKpsk1+psk2_25519_AESGCM_SHA256")]
    [InlineData("Noise_IKfallback_25519_AESGCM_SHA256")]
    [InlineData("Noise_Nhfs_25519+MLKEM768_AESGCM_SHA256")]
    [InlineData("Noise_IK+_25519_AESGCM_SHA256")]
    [InlineData("Noise_QQ_25519_AESGCM_SHA256")]
    [InlineData("Noise_IK_25519_AESGCM")]
    [InlineData("noise_IK_25519_AESGCM_SHA256")]
    [InlineData("")]
    public void Names_NotSpoken_AreRefused(string name) => Assert.False(NoiseProtocol.TryParse(name, out _));
}
